// The rep's own text. The browser owns it while the rep types; Python hears of it after a short
// pause, on leaving the field and on send, and replaces it only when `revision` changes
// (a draft was inserted, a reply was sent, another conversation was opened).
const PAUSE_MS = 500

export default function ({ data, parentElement, setStateValue, setTriggerValue }) {
  const box = parentElement.querySelector("textarea")
  const send = parentElement.querySelector(".send")
  const note = parentElement.querySelector(".note")
  const label = parentElement.querySelector(".label")
  const state = (box.ratchet ??= { revision: null, timer: 0, sent: null })
  const backup = `ratchet-composer-${data.conversation}`

  const grow = () => {
    box.style.height = "auto"
    box.style.height = `${box.scrollHeight + 2}px`
  }
  const draw = () => {
    const failed = data.problem !== ""
    note.classList.toggle("bad", failed)
    if (failed) note.textContent = data.problem
    else if (state.sent === data.revision) note.textContent = "Sending…"
    else if (!box.value.trim()) note.textContent = data.hint
    else note.textContent = box.value === data.text ? data.saved : "Saving…"
    send.disabled = data.disabled || !box.value.trim() || state.sent === data.revision
    box.disabled = data.disabled
  }
  const report = () => {
    clearTimeout(state.timer)
    if (box.value !== state.reported) {
      state.reported = box.value
      setStateValue("typed", { revision: state.revision, text: box.value })
    }
  }

  if (state.revision !== data.revision) {
    const early = state.revision === null ? box.value : "" // typed before this script was here
    state.revision = data.revision
    state.sent = null
    // What was typed in the half second before a reload never reached Python; the tab remembers it.
    const kept = JSON.parse(sessionStorage.getItem(backup) ?? "null")
    box.value = (kept?.revision === data.revision ? kept.text : data.text) + early
    if (early) sessionStorage.setItem(backup, JSON.stringify({ revision: data.revision, text: box.value }))
    state.reported = data.text
    if (box.value !== data.text) setTimeout(report, 0)
    requestAnimationFrame(grow)
    if (data.focus) box.focus()
  }
  if (data.problem && state.sent === data.revision) state.sent = null
  if (box.value === data.text) sessionStorage.removeItem(backup)
  box.placeholder = data.placeholder
  box.setAttribute("aria-label", data.placeholder)
  label.textContent = data.label

  const submit = () => {
    if (send.disabled) return
    clearTimeout(state.timer)
    state.sent = data.revision
    state.reported = box.value
    sessionStorage.removeItem(backup)
    draw()
    setTriggerValue("send", { revision: data.revision, text: box.value })
  }
  box.oninput = () => {
    sessionStorage.setItem(backup, JSON.stringify({ revision: state.revision, text: box.value }))
    grow()
    draw()
    clearTimeout(state.timer)
    state.timer = setTimeout(report, PAUSE_MS)
  }
  box.onblur = report
  box.onkeydown = (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      submit()
    } else if (event.key === "Escape") box.blur()
    event.stopPropagation() // page shortcuts are single letters: none may fire while typing
  }
  send.onclick = submit
  draw()
}
