"""Who may do what with the engine: one line for every public method of its parts. What has no line is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.domain.access import TokenScope


@dataclass(frozen=True, slots=True)
class Permission:
    """What a method takes, and how the audit tells of it.

    `words` say what it does; where they are "", nothing is written to the audit. `about` names the
    arguments that say on what it is done, some under a plainer name before `=`; none of them is ever a secret. What is
    in `job_id` is a batch.
    """

    scope: TokenScope
    words: str = ""
    about: tuple[str, ...] = ()


def _lines(scope: TokenScope, block: str) -> dict[str, Permission]:
    """Return the permissions of a block, whose lines say: method, what it does, the arguments that say on what."""
    cells = ([cell.strip() for cell in line.split("|")] for line in block.strip().splitlines())
    return {name: Permission(scope, words, tuple(about.split())) for name, words, about in cells}


_READ = """
    accounts.challenge_response accounts.consent.last accounts.view answers.release
    attention.archived attention.batches attention.causes attention.concerned attention.count attention.jobs
    attention.lately attention.oldest attention.page attention.repeated attention.rows
    bulk_actions.rows catalogue.view deletions.drafts deletions.find doctor.last drafted_before
    drafts.at drafts.count drafts.drafted drafts.earlier drafts.of_key drafts.page
    exports.as_uploaded exports.discogs_inventory exports.ebay_drafts exports.ebay_plan exports.elsewhere_csv
    exports.failed_file exports.failed_txt exports.pick_list_csv exports.pick_list_pdf exports.results_csv
    exports.results_jsonl exports.results_xlsx fixes.get fixes.newest fixes.under_way fleet.now health.check
    health.troubles listed_before notifications.channels notifications.get notifications.newest
    notifications.receivers people.policy
    previews.examples previews.of previews.problem previews.real previews.title_problem previews.titles
    profiles.all profiles.chosen profiles.market_options
    queries.batch queries.batch_page queries.batches queries.batches_again queries.causes queries.composed
    queries.count_batches queries.drafted_between queries.events queries.failed queries.finished queries.in_states
    queries.items queries.items_at queries.job queries.jobs queries.lacking queries.needing queries.newest
    queries.overview queries.queued queries.rows queries.waits queries.workers retained.last
    scans.newest scans.session scans.tally scans.unfinished seller_account.by_weight seller_account.known shifts.report
    submission.check_photos submission.corrected submission.fetch submission.known_headers.recall submission.look
    submission.open submission.uploads.find submission.uploads.newest tokens.now
    upstreams.all upstreams.forecast upstreams.of
"""
_SUBMIT = """
    scans.close                     | Close a scan session                      | session_id
    scans.discard                   | Discard a scan session                    | session_id
    scans.open                      | Open a scan session                       | name session_id
    scans.take                      |                                           | session_id
    submission.keep                 | Keep a file                               | filename
    submission.known_headers.remember | Remember what the columns of a file mean | names
    submission.submit               | Start a batch                             | gcs_path name
    submission.upload               | Start a batch over an uploaded file       | filename name
    submission.uploads.drop         | Drop a kept upload                        | upload_id
    submission.uploads.keep         |                                           | upload
"""
_STEER = """
    answers.forget                  | Forget what services said of barcodes     | upcs
    archive.archive                 | Archive a batch                           |
    archive.archive_all             | Archive all batches of a list             | wanted
    archive.unarchive               | Bring an archived batch back              |
    archive.unarchive_all           | Bring all archived batches of a list back | wanted
    ask_anew                        | Forget what services said of a row, and do it again | row=item
    bulk_actions.apply              | Do something with several drafts          | action rows price_cents
    commands.again                  | Decide rows, and do them again            | rows=wanted
    commands.cancel                 | Stop a batch                              |
    commands.complete               | Close a batch without its failed rows     |
    commands.pause                  | Pause a batch                             |
    commands.price                  | Give prices to drafts without one         | no_price
    commands.recover                | Recover a batch                           |
    commands.rename                 | Rename a batch                            | name
    commands.resume                 | Let a batch go on                         |
    commands.retry_failed           | Run the failed rows of a batch again      |
    commands.review                 | Review a draft                            | index state
    deletions.delete                | Delete a batch                            | leave_drafts
    doctor.check                    | Check the installation                    |
    fixes.begin                     | Fix failed rows                           | wanted remedy
    fixes.stop                      | Stop a fix                                | fix_id
    fixes.undo                      | Undo a fix                                | fix_id
    notifications.test              | Send a test notification                  |
    profiles.create                 | Make a profile                            | profile
    profiles.make_default           | Make a profile the default one            | name
    profiles.remove                 | Remove a profile                          | name
    profiles.save                   | Change a profile                          | profile
    retry_as_new                    | Hand failed rows over to a new batch      |
    seller_account.create           | Make a location at eBay                   | location
    seller_account.read             | Read the seller's account                 |
    start_again                     | Start a batch again                       |
    submission.known_headers.forget | Forget what the columns of a file mean    | names
    upstreams.test                  | Test a connection                         | service
"""
_ADMIN = """
    accounts.answer_deletions       | Answer eBay's notices of deleted accounts | url
    accounts.connect_discogs        | Connect Discogs                           |
    accounts.consent.begin          | Begin a consent at eBay                   |
    accounts.consent.finish         |                                           |
    accounts.disconnect_discogs     | Disconnect Discogs                        |
    accounts.disconnect_ebay        | Disconnect eBay                           |
    accounts.forget_ebay_keys       | Forget the keys of eBay                   |
    accounts.keep_contact           | Set the address for services to write to  | address
    accounts.keep_ebay_keys         | Set the keys of eBay                      |
    accounts.take_pasted            | Take eBay's answer to a consent           |
    audit.csv                       |                                           |
    audit.page                      |                                           |
    catalogue.update                | Update the catalogue                      |
    people.all                      |                                           |
    people.assign                   | Give a person a role                      | name role
    people.remove                   | Take a person off the list of roles       | name
    tokens.all                      |                                           |
    tokens.make                     | Make a token                              | name scope days
    tokens.revoke                   | Revoke a token                            | token_id
"""

_INTERNAL = """
    acting_for audit.asked audit.before audit.ended audit.refused catalogue.stop deletions.due deletions.marked
    deletions.work doctor.findings doctor.report fixes.due fixes.step fixes.work notifications.due notifications.notify
    notifications.store notifications.take people.role seller_account.answer seller_account.take submission.hand_over
    sessions.begin sessions.end sessions.of tokens.holder
"""

PERMISSIONS: Mapping[str, Permission] = {
    **dict.fromkeys(_READ.split(), Permission(TokenScope.READ)),
    **_lines(TokenScope.SUBMIT, _SUBMIT),
    **_lines(TokenScope.STEER, _STEER),
    **_lines(TokenScope.ADMIN, _ADMIN),
}
"""What each method takes, by its path from the engine. Of what changes something, three are not audited: the lines
of a scanner have who and when in their own documents; a form that is being filled in has done nothing before it is
sent; and any page can lead a browser to the end of a consent, which `accounts.consent.begin` stands for."""

INTERNAL = frozenset(_INTERNAL.split())
"""What the engine's own processes do, and nobody else."""

PARTS = frozenset(name.rpartition(".")[0] for name in {*PERMISSIONS, *INTERNAL}) - {""}
