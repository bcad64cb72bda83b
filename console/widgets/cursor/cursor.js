// Says whether a cell of a table was reached by the pointer or by keys, before the table says which cell it is; and that
// Enter was pressed on one. The tables are those in containers with the keys `data.within`.
const MOVES = ["Tab", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown"];

export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  const say = (by) => {
    if (parentElement.by === by || !parentElement.isConnected) return;
    parentElement.by = by;
    setStateValue("by", by);
  };
  // The focus is on the canvas, or on a cell of the copy for screen readers within it.
  const inTable = (element) => element?.closest("canvas") && data.within.some((key) => element.closest(`.st-key-${key}`));
  const pressed = (event) => {
    if (MOVES.includes(event.key)) say("keys");
    if (event.key !== "Enter" || !inTable(document.activeElement)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    setTriggerValue("enter", Date.now());
  };
  const pointed = () => say("pointer");
  parentElement.stopListening?.();
  document.addEventListener("keydown", pressed, true);
  document.addEventListener("pointerdown", pointed, true);
  parentElement.stopListening = () => {
    document.removeEventListener("keydown", pressed, true);
    document.removeEventListener("pointerdown", pointed, true);
  };
  return parentElement.stopListening;
}
