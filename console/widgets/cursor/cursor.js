// Says whether a cell of a table was reached by the pointer or by keys, before the table says which cell it is; and that
// Enter was pressed on one. The tables are those in containers with the keys `data.within`. Nothing is said of anything
// else on the screen: a message at a click elsewhere could be the one that the console hears of instead of that click.
const MOVES = ["Tab", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Home", "End", "PageUp", "PageDown"];

export default function ({ parentElement, data, setStateValue, setTriggerValue }) {
  parentElement.by ??= data.by;
  parentElement.last ??= "pointer";
  const say = (by) => {
    if (parentElement.by === by || !parentElement.isConnected) return;
    parentElement.by = by;
    setStateValue("by", by);
  };
  const inTable = (element) =>
    element?.closest?.("[data-testid=stDataFrame]") && data.within.some((key) => element.closest(`.st-key-${key}`));
  const pressed = (event) => {
    if (MOVES.includes(event.key)) parentElement.last = "keys";
    if (!inTable(document.activeElement)) return;
    if (MOVES.includes(event.key) && event.key !== "Tab") say("keys");
    if (event.key !== "Enter") return;
    event.preventDefault();
    event.stopImmediatePropagation();
    setTriggerValue("enter", Date.now());
  };
  const pointed = (event) => {
    parentElement.last = "pointer";
    if (inTable(event.target)) say("pointer");
  };
  const focused = (event) => inTable(event.target) && say(parentElement.last);
  parentElement.stopListening?.();
  document.addEventListener("keydown", pressed, true);
  document.addEventListener("pointerdown", pointed, true);
  document.addEventListener("focusin", focused, true);
  parentElement.stopListening = () => {
    document.removeEventListener("keydown", pressed, true);
    document.removeEventListener("pointerdown", pointed, true);
    document.removeEventListener("focusin", focused, true);
  };
  return parentElement.stopListening;
}
