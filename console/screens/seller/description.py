"""The text of the listing: the seller's own texts, the template, and what they make of real drafts."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from console.widgets.sources import links
from console.widgets.templates import html
from console.widgets.text import plain
from engine.public import (
    MAX_TEMPLATE,
    PLACEHOLDERS,
    TEMPLATE_EXAMPLE,
    Engine,
    Example,
    ListingTexts,
    Profile,
    changed,
)

LABELS = {
    "header": ("Header", "Welcome to our shop."),
    "grading_text": ("How you grade", "Records are graded by Goldmine's scale, under strong light."),
    "shipping_text": ("How you send", "We send within one business day, records outside of their sleeves."),
    "footer": ("Footer", "Thank you for looking."),
}
_TAB = 28  # letters of the name of a preview


def texts(profile: Profile, key: str) -> Profile:
    """Draw the seller's own texts; return the profile with what is typed there."""
    st.subheader("Your texts", anchor=False)
    st.caption(
        "They stand in every description of this profile, as plain words or simple HTML. In plain words a blank line "
        "parts paragraphs, and a line that begins with a dash and a blank is one of a list."
    )
    for name, (label, example) in LABELS.items():
        st.text_area(
            label,
            getattr(profile.texts, name),
            max_chars=ListingTexts.LIMITS[name],
            key=_key(name, key),
            height=82,
            placeholder=f"None. For example: {example}",
        )
    return changed(profile, texts=_texts(profile, key))


def template(engine: Engine, profile: Profile, examples: Sequence[Example], key: str) -> Profile:
    """Draw the template of the text with a preview of each example; return the profile with what is typed there."""
    st.subheader("Description", anchor=False)
    st.text_area(
        "Template",
        profile.template,
        max_chars=MAX_TEMPLATE,
        key=_key("template", key),
        height=230,
        placeholder=f"Empty: Draft Maker's own text. Or for example:\n\n{TEMPLATE_EXAMPLE}",
        help="Simple HTML with Jinja's placeholders. Of what nobody knows nothing is said where it stands in a "
        "condition: `{% if country %}Country: {{ country }}{% endif %}`.",
    )
    with st.popover("Placeholders", icon=":material/data_object:"):
        st.markdown("\n".join(f"- `{{{{ {name} }}}}` {meaning}" for name, meaning in PLACEHOLDERS.items()))
    profile = changed(profile, description=_typed("template", key, profile.template))
    _preview(engine, typed(profile, key), examples)
    return profile


def _preview(engine: Engine, profile: Profile, examples: Sequence[Example]) -> None:
    """Draw what is wrong with the template and texts, or what they make of each example."""
    if problem := engine.previews.problem(profile.description, profile.texts):
        st.caption(f":red[{plain(problem)}.]")
        return
    whose = "your newest drafts" if engine.previews.real(examples) else "made-up releases"
    st.caption(f"Preview of {'your template' if profile.description else 'the text without a template'}, with {whose}")
    made = engine.previews.of(profile.description, profile.texts, examples)
    for tab, preview in zip(st.tabs([_tab(one.name) for one in made]), made, strict=True):
        with tab.container(border=True):
            st.html(html("preview", whose=preview.name, description=preview.html))
        if preview.sources:
            tab.caption(links(preview.sources))


def typed(profile: Profile, key: str) -> Profile:
    """Return the profile with the template and texts as the session holds them now."""
    text = _typed("template", key, profile.template)
    return changed(profile, description=text, texts=_texts(profile, key))


def _texts(profile: Profile, key: str) -> ListingTexts:
    return ListingTexts(**{name: _typed(name, key, getattr(profile.texts, name)) for name in LABELS})


def _typed(name: str, key: str, stored: str) -> str:
    return str(st.session_state.get(_key(name, key), stored) or "").strip()


def _key(name: str, key: str) -> str:
    """Return the name under which the session holds a text as it is typed."""
    return f"{name}{key}"


def _tab(name: str) -> str:
    return plain(name if len(name) <= _TAB else f"{name[:_TAB].rstrip()}…")
