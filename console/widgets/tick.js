// Asks the console whether anything has changed: every few seconds, less often while nobody sees the tab, and at once
// when somebody looks again.
export default function ({ parentElement, data, setTriggerValue }) {
  let last = Date.now()
  const tick = () => {
    last = Date.now()
    setTriggerValue("tick", last)
  }
  const due = () => Date.now() - last >= 1000 * (document.hidden ? data.hidden : data.seen) - 50
  const check = () => due() && tick()
  parentElement.stopTicking?.()
  const timer = setInterval(check, 1000 * data.seen)
  document.addEventListener("visibilitychange", check)
  parentElement.stopTicking = () => {
    clearInterval(timer)
    document.removeEventListener("visibilitychange", check)
  }
  return parentElement.stopTicking
}
