// Title and text of an article. The browser owns what somebody types; Python hears of it after a short pause,
// one report at a time, each with the text it was typed on (`base`), so that the server can merge it with
// what others saved meanwhile. What the server has replaces the fields only when nothing here waits to be saved.
const PAUSE_MS = 600
const LOST_MS = 12000 // a report that nobody answered is sent again
const OFTEN = 200000 // characters; a longer text is put by for a refresh only when it is reported
const LONG = 100000 // characters; see `put`
const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/
const WRAPS = { b: "**", i: "*" }

const tidy = (title) => title.split(/\s+/u).filter(Boolean).join(" ")
const same = (one, other) => one.body === other.body && tidy(one.title) === tidy(other.title)

// Where each line finds its own direction (dir="auto"), a megabyte takes the browser 15 s to lay out, else one:
// a long text has the direction of its first letter, set before the text is put in.
const direction = (text) =>
  text.length < LONG ? "auto" : RIGHT_TO_LEFT.test(text.match(/\p{L}/u)?.[0] ?? "") ? "rtl" : "ltr"
function put(field, text) {
  const wanted = direction(text)
  if (field.dir !== wanted) field.dir = wanted
  field.value = text
}

// Puts a new text into a field and leaves the cursor where it was, counted from the nearer unchanged end.
function replace(field, text) {
  const old = field.value
  if (old === text) return
  const { selectionStart, selectionEnd, scrollTop } = field
  let head = 0
  while (head < old.length && head < text.length && old[head] === text[head]) head++
  let tail = 0
  while (tail < old.length - head && tail < text.length - head && old.at(-1 - tail) === text.at(-1 - tail)) tail++
  const moved = (place) => {
    if (place <= head) return place
    if (place >= old.length - tail) return place + text.length - old.length
    return Math.min(place, text.length - tail)
  }
  put(field, text)
  if (field.getRootNode().activeElement === field) field.setSelectionRange(moved(selectionStart), moved(selectionEnd))
  field.scrollTop = scrollTop
}

function goTo(field, line) {
  const lines = field.value.split("\n")
  const start = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0)
  const end = start + (lines[line - 1] ?? "").length
  field.focus()
  field.setSelectionRange(start, start) // the browser scrolls to a cursor, not to a selection
  field.scrollTop = Math.max(0, (field.scrollHeight * (line - 1)) / Math.max(1, lines.length) - field.clientHeight / 3)
  field.setSelectionRange(start, end)
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".editor")
  const title = root.querySelector(".title")
  const body = root.querySelector(".body")
  const note = root.querySelector(".note")
  const backup = `ratchet-article-edit-${data.edit}`
  const typed = () => ({ title: title.value, body: body.value })

  const keep = (state) => {
    try {
      if (same(typed(), state.base)) sessionStorage.removeItem(backup)
      else sessionStorage.setItem(backup, JSON.stringify({ base: state.base, text: typed() }))
    } catch {
      // the tab has no room for it; the report to the server still goes out
    }
  }
  const kept = () => {
    try {
      return JSON.parse(sessionStorage.getItem(backup) ?? "null")
    } catch {
      return null
    }
  }

  if (!root.ratchet) {
    // a character that is being composed must not be torn apart; there are no properties for these two events
    root.addEventListener("compositionstart", () => { root.ratchet.composing = true })
    root.addEventListener("compositionend", () => { root.ratchet.composing = false })
  }
  if (root.ratchet?.edit !== data.edit) {
    clearTimeout(root.ratchet?.timer)
    const tab = Math.random().toString(36).slice(2)
    root.ratchet = { edit: data.edit, tab, seq: 0, known: 0, flight: null, refused: null, base: data.text, timer: 0 }
    const left = kept()
    const start = left && !same(left.text, data.text) ? left.text : data.text
    if (start !== data.text) root.ratchet.base = left.base
    title.value = start.title
    put(body, start.body)
    body.scrollTop = 0
    root.ratchet.shown = data.goto?.stamp
  }
  const state = root.ratchet

  const draw = () => {
    const waits = !same(typed(), state.base) || state.flight !== null
    note.classList.toggle("bad", data.problem !== "")
    const words = data.problem || (data.disabled ? "" : waits ? "Saving…" : data.saved)
    if (note.textContent !== words) note.textContent = words
  }
  const report = () => {
    clearTimeout(state.timer)
    if (data.disabled || state.flight || same(typed(), state.base)) return
    if (state.refused && same(state.refused, typed())) return
    keep(state)
    state.seq += 1
    state.flight = { seq: state.seq, text: typed() }
    const sent = state.flight
    setTriggerValue("typed", {
      tab: state.tab,
      seq: sent.seq,
      known: state.known,
      base: state.base,
      text: sent.text,
    })
    setTimeout(() => {
      if (state.flight !== sent) return
      state.flight = null
      report()
    }, LOST_MS)
    draw()
  }
  const later = () => {
    clearTimeout(state.timer)
    state.timer = setTimeout(report, PAUSE_MS)
  }

  const answer = data.answered
  if (answer?.tab === state.tab && answer.seq > state.known) {
    state.known = answer.seq
    if (state.flight && answer.seq >= state.flight.seq) {
      if (answer.refused) state.refused = state.flight.text
      else {
        state.base = state.flight.text
        state.refused = null
      }
      state.flight = null
    }
  }
  if (!state.flight && !state.composing) {
    if (same(typed(), state.base)) {
      if (tidy(title.value) !== tidy(data.text.title)) replace(title, data.text.title)
      replace(body, data.text.body)
      state.base = data.text
      keep(state)
    } else later()
  }
  title.disabled = body.disabled = data.disabled
  if (data.goto && state.shown !== data.goto.stamp) {
    state.shown = data.goto.stamp
    goTo(body, data.goto.line)
  }

  root.oninput = () => {
    state.refused = null
    if (body.value.length < OFTEN) keep(state)
    draw()
    later()
  }
  root.onpaste = (event) => {
    const pasted = event.clipboardData?.getData("text/plain") ?? ""
    if (event.target !== body || data.disabled || pasted.length < LONG) return
    event.preventDefault()
    const { value, selectionStart, selectionEnd } = body
    const inserted = pasted.replace(/\r\n?/g, "\n")
    put(body, value.slice(0, selectionStart) + inserted + value.slice(selectionEnd))
    body.setSelectionRange(selectionStart + inserted.length, selectionStart + inserted.length)
    root.oninput()
  }
  title.onblur = body.onblur = report
  // what is drawn beside the text goes along, as long as it shows the same text
  body.onscroll = () => {
    const beside = document.querySelector(`[role=tabpanel]:has(.st-key-${CSS.escape(data.beside)})`)
    const range = body.scrollHeight - body.clientHeight
    if (beside && range > 0) beside.scrollTop = (body.scrollTop / range) * (beside.scrollHeight - beside.clientHeight)
  }
  root.onkeydown = (event) => {
    const wrap = WRAPS[event.key.toLowerCase()]
    if (wrap && (event.ctrlKey || event.metaKey) && !event.altKey && event.target === body) {
      event.preventDefault()
      const { selectionStart, selectionEnd } = body
      const inner = body.value.slice(selectionStart, selectionEnd)
      body.setRangeText(wrap + inner + wrap, selectionStart, selectionEnd, "end")
      body.setSelectionRange(selectionStart + wrap.length, selectionEnd + wrap.length)
      root.oninput()
    } else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) report()
    else if (event.key === "Enter" && event.target === title) body.focus()
    event.stopPropagation() // shortcuts of the page are single letters: none may fire while typing
  }
  draw()
}
