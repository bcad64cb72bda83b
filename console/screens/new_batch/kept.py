"""The file of this page and what was chosen for it, kept in the store under the id in the address.

The choices are what the widgets of a drawn page return, so they are stored while it is drawn: the whole document under
an id that the address has, and only when it is another one than was stored last.
"""

from __future__ import annotations

from uuid import uuid4

import streamlit as st

from console.actions import act
from console.context import Context, operator, zone
from console.formatting import moment
from console.screens.new_batch import columns
from console.widgets import writing
from console.widgets.text import plain
from engine.public import Options, StoreError, Upload, changed

DRAFT = "draft"  # in the URL: the id of what is kept; it makes a second click on Start the same start
FILE = "file"
_LOOKED_FOR, _RESTORED, _STORED = "upload_looked_for", "upload_restored", "upload_stored"


def begin(context: Context, path: str) -> None:
    """Have the page show the file at `path`, and keep that at once. Every start from it is the same one batch."""
    if not path:
        st.query_params.clear()
        return
    upload = Upload(uuid4().hex[:12], path, by=operator())
    st.session_state[_STORED] = act(context, "", lambda: context.engine.submission.uploads.keep(upload))
    st.query_params.from_dict({FILE: path, DRAFT: upload.upload_id})


def restore(context: Context) -> None:
    """Bring back what is kept under the id in the address: in a new session, after a restart, from the list."""
    upload_id, stored = st.query_params.get(DRAFT, ""), st.session_state.get(_STORED)
    if not upload_id or (stored and stored.upload_id == upload_id) or st.session_state.get(_LOOKED_FOR) == upload_id:
        return
    try:
        found = context.engine.submission.uploads.find(upload_id)
    except StoreError:
        return
    st.session_state[_LOOKED_FOR] = upload_id
    st.session_state[_RESTORED] = st.session_state[_STORED] = found
    if found and FILE not in st.query_params:
        _show(found)


def restored() -> Upload | None:
    """Return what was kept of this page when this session opened it, None where nothing was.

    The widgets begin with it. It stays the same while they are changed, so that they are not drawn anew.
    """
    return _of_this_page(_RESTORED)


def _of_this_page(key: str) -> Upload | None:
    upload: Upload | None = st.session_state.get(key)
    return upload if upload and upload.upload_id == st.query_params.get(DRAFT) else None


def store(context: Context, name: str, options: Options) -> None:
    """Keep the name and options of the batch, and how the file is read, as they are now."""
    upload, params = _of_this_page(_STORED), st.query_params
    if upload is None:
        return
    now = changed(
        upload,
        layout=params.get(columns.LAYOUT, ""),
        fixed=params.get(columns.FIXED, ""),
        fixed_layout=params.get(columns.FIXED_LAYOUT, ""),
        name=name,
        options=options,
    )
    if now == upload:
        return
    try:
        st.session_state[_STORED] = context.engine.submission.uploads.keep(now)
    except StoreError:
        st.caption(":orange[:material/cloud_off:] The store does not answer: these choices are not kept yet.")


def forget() -> None:
    """Keep nothing of this page any more: it was started."""
    st.session_state.pop(_STORED, None)


def draw(context: Context) -> None:
    """Draw the files that were given and not started, each with the way back to it."""
    try:
        uploads = context.poller.look("uploads", context.engine.submission.uploads.newest, every=5.0).value
    except StoreError:
        return
    if not uploads:
        return
    with st.container(border=True, key="card_uploads", gap="small"):
        st.subheader("Not started yet", anchor=False)
        for upload in uploads[:5]:
            with st.container(horizontal=True, vertical_alignment="center", key=f"upload_{upload.upload_id}"):
                when = moment(upload.changed_at, now=context.clock.now(), zone=zone()) if upload.changed_at else ""
                st.markdown(f"**{plain(upload.name or upload.filename)}** :gray[{when}]", width="stretch")
                key = upload.upload_id
                st.button("Go on", key=f"go_on_{key}", icon=":material/arrow_forward:", on_click=_show, args=(upload,))
                args = (context, key)
                writing.button(context, "Discard", key=f"discard_{key}", type="tertiary", on_click=_discard, args=args)
        st.caption("Kept for seven days after the last change.")


def _show(upload: Upload) -> None:
    kept = {
        FILE: upload.path,
        DRAFT: upload.upload_id,
        columns.LAYOUT: upload.layout,
        columns.FIXED: upload.fixed,
        columns.FIXED_LAYOUT: upload.fixed_layout,
    }
    st.session_state[_RESTORED] = st.session_state[_STORED] = upload
    st.query_params.from_dict({name: value for name, value in kept.items() if value})


def _discard(context: Context, upload_id: str) -> None:
    act(context, "It is not kept any more.", lambda: context.engine.submission.uploads.drop(upload_id))
