// Asks the console whether anything has changed: every few seconds, less often while nobody sees the tab, and at once
// when somebody looks again. It does not ask while the page is being drawn: what a run takes away stays on the page when
// another run begins before the browser has heard of its end.
const LOOKS_EVERY = 250 // milliseconds
const DRAWN_WITHIN = 15_000 // milliseconds; a run whose end was lost must not stop the page for good

const drawing = () => /^(running|rerunRequested)$/.test(document.querySelector("[data-testid=stApp]")?.dataset.testScriptState)

export default function ({ parentElement, data, setTriggerValue }) {
  let last = Date.now()
  const tick = () => {
    last = Date.now()
    setTriggerValue("tick", last)
  }
  const due = () => {
    const waited = Date.now() - last
    return waited >= 1000 * (document.hidden ? data.hidden : data.seen) && (waited >= DRAWN_WITHIN || !drawing())
  }
  const check = () => due() && tick()
  parentElement.stopTicking?.()
  const timer = setInterval(check, LOOKS_EVERY)
  document.addEventListener("visibilitychange", check)
  parentElement.stopTicking = () => {
    clearInterval(timer)
    document.removeEventListener("visibilitychange", check)
  }
  return parentElement.stopTicking
}
