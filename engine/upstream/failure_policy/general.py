"""What an answer of any service means, where its own table has no line for it."""

from __future__ import annotations

from engine.upstream.failure_policy.kinds import REFUSED, RESUME, away, credentials, person, refuse, wait
from engine.upstream.failure_policy.policies import ANY_BODY, UNREADABLE, Entry, Failure

_NO_ANSWER = (
    Entry(
        "its address in the settings is none",
        person("The address of {name} in the settings is not one. Correct {setting}, " + RESUME),
        failures=(Failure.ADDRESS,),
    ),
    Entry("its name is not found", away("{name} is not found on the network.", unsent=True), failures=(Failure.NAME,)),
    Entry("connection refused", away("{name} does not take our connection.", unsent=True), failures=(Failure.REFUSED,)),
    Entry("no connection in time", away("{name} cannot be reached.", unsent=True), failures=(Failure.CONNECT_TIMEOUT,)),
    Entry(
        "a certificate that is not trusted",
        away(
            "{name} shows a certificate that is not trusted; the network or the clock of this machine may be wrong.",
            unsent=True,
        ),
        failures=(Failure.CERTIFICATE,),
    ),
    Entry("TLS error", away("The secure connection to {name} fails.", applied=True), failures=(Failure.TLS,)),
    Entry("no answer in time", away("{name} did not answer in time.", applied=True), failures=(Failure.READ_TIMEOUT,)),
    Entry(
        "the connection breaks before the answer",
        away("The connection to {name} broke before it answered.", applied=True),
        failures=(Failure.LOST,),
    ),
    Entry(
        "the answer breaks off",
        away("{name} broke off in the middle of its answer.", applied=True),
        failures=(Failure.CUT,),
    ),
    Entry("redirects without end", away("{name} sends us from one address to the next."), failures=(Failure.ASTRAY,)),
)

GENERAL = (
    *_NO_ANSWER,
    Entry(
        "429: too many calls",
        wait("{name} asks for fewer calls.", quota=True),
        statuses=(429,),
        failures=ANY_BODY,
    ),
    Entry(
        "408: it waited for our request in vain",
        away("{name} did not receive the call in time.", applied=True),
        statuses=(408,),
        failures=ANY_BODY,
    ),
    Entry(
        "5xx",
        away("{name} has trouble of its own (it answered {status}).", applied=True),
        statuses=range(500, 1000),
        failures=ANY_BODY,
    ),
    Entry(
        "3xx for something else than a page",
        away("{name} sends us to another address (it answered {status})."),
        statuses=range(300, 400),
        failures=ANY_BODY,
    ),
    Entry(
        "4xx in HTML: the network in front of it",
        away("The network in front of {name} turned the call away (it answered {status})."),
        statuses=range(400, 500),
        failures=UNREADABLE,
    ),
    Entry(
        "success that is not JSON",
        away("What answers in place of {name} is something else; the network may want a sign-in.", applied=True),
        failures=(Failure.NOT_JSON,),
    ),
    Entry(
        "success that is JSON but no object",
        away("{name} answered in a form that nobody expects.", applied=True),
        failures=(Failure.NOT_OBJECT,),
    ),
    Entry(
        "success without what was asked for",
        away("{name} left out of its answer what was asked for.", applied=True),
        failures=(Failure.LACKS_FIELD,),
    ),
    Entry(
        "401, 403 in its own words",
        credentials("{name} does not let us in: {said}. Correct {setting} or the credentials for it, " + RESUME),
        statuses=(401, 403),
    ),
    Entry(
        "404 for an address that should be there",
        away("{name} does not know the address that was asked; {setting} may be wrong."),
        statuses=(404,),
    ),
    Entry("any other 4xx in its own words", refuse(REFUSED), statuses=range(400, 500)),
)
