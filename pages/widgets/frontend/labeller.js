// The Label page's card: what is judged on the left, the question and its answers on the right.
// One key press is one event with the id of the item it is meant for; until the server has answered
// it no other key counts, so that nothing is answered that was not seen.
const PATIENCE_MS = 8000
const AT_ONCE = new Set(["yes_no", "scale", "one_of"])

class Card extends CardView {
  constructor(root) {
    super()
    this.root = root
    this.busy = false
  }

  update(data, send) {
    this.send = send
    listen(this.root, "keydown", (event) => this.key(event))
    listen(this.root, "visibilitychange", () => this.count())
    const before = this.data
    this.data = data
    if (!before || before.turn !== data.turn) {
      clearTimeout(this.timer)
      this.busy = false
      if (!data.problem && ["answer", "skip"].includes(this.fired)) this.forget()
      this.fired = null
    }
    const shown = `${data.queue.id}:${data.item?.assignment ?? "over"}:${data.visit}:${data.item?.again}`
    if (shown !== this.shown) {
      this.shown = shown
      this.build()
    }
    this.refresh()
    this.root.dataset.turn = data.turn // key presses dealt with; tests wait for it
  }

  // ---- what is on the screen ----

  build() {
    const { data, root } = this
    this.chosen = new Set(data.item?.previous?.answer ?? [])
    this.words = this.filter = this.note = this.picked = null
    this.active = 0
    this.seconds = 0
    this.since = document.hidden ? null : performance.now()
    const main = element("div", "main")
    if (data.item) {
      this.pane = element("section", "subject")
      this.pane.tabIndex = 0
      this.pane.setAttribute("aria-label", "What to judge")
      main.append(this.pane, this.side())
      this.offerMarking(drawSubject(this.pane, data.item.subject))
    } else main.append(this.over())
    root.replaceChildren(this.header(), main)
    this.restore()
    if (this.filter) this.filter.focus({ preventScroll: true })
    else if (data.item?.kind === "note") this.note.focus({ preventScroll: true })
    else if (root.getRootNode().activeElement) root.getRootNode().activeElement.blur()
  }

  offerMarking(bodies) {
    if (this.data.item.kind !== "span") return
    this.words = new Words(bodies, () => {
      this.keep()
      this.drawAnswers()
    })
    if (this.data.item.previous?.span) this.words.restore(this.data.item.previous.span)
  }

  // ---- what changes while it is answered ----

  refresh() {
    const { progress, problem, item } = this.data
    const share = progress.total ? progress.done / progress.total : 0
    this.bar.firstChild.style.width = `${Math.round(share * 1000) / 10}%`
    this.bar.setAttribute("aria-valuenow", Math.round(share * 100))
    this.pace.textContent = progress.words
    this.problem.textContent = problem
    this.problem.hidden = !problem
    if (!item) return
    this.root.querySelector(".main").setAttribute("aria-busy", String(this.busy))
    this.drawAnswers()
  }

  matches() {
    const wanted = this.filter?.value.trim().toLowerCase() ?? ""
    return this.data.item.answers.filter((answer) => answer.label.toLowerCase().includes(wanted))
  }

  drawAnswers() {
    const { item } = this.data
    const offered = this.matches()
    this.active = Math.min(this.active, Math.max(0, offered.length - 1))
    const span = this.words?.span()
    if (this.picked) {
      this.picked.textContent = span ? span.text : "Select the words with the mouse, or with the arrow keys and Shift."
      this.picked.classList.toggle("empty", !span)
    }
    this.answers.setAttribute("role", this.filter ? "listbox" : "group")
    this.answers.setAttribute("aria-label", "Answers")
    if (this.filter && item.kind === "many_of") this.answers.setAttribute("aria-multiselectable", "true")
    const drawn = JSON.stringify([this.shown, offered.map((each) => each.answer)])
    if (drawn !== this.drawn) {
      this.drawn = drawn
      this.answers.replaceChildren(...offered.map((answer, at) => this.answer(answer, at)))
      if (this.filter && !offered.length) this.answers.append(element("p", "none", "No answer has these letters."))
    }
    offered.forEach((answer, at) => {
      const node = this.answers.children[at]
      const on = this.chosen.has(answer.answer) || (span && answer.answer === "marked")
      node.setAttribute(this.filter ? "aria-selected" : "aria-pressed", String(Boolean(on)))
      node.classList.toggle("active", Boolean(this.filter) && at === this.active)
      node.disabled = this.busy || (answer.answer === "marked" && !span)
    })
    if (this.filter) {
      const active = this.answers.querySelector(".active")
      this.filter.setAttribute("aria-activedescendant", active?.id ?? "")
      active?.scrollIntoView({ block: "nearest" })
    }
    this.nextVerb.disabled = this.busy || !(this.data.item.again || this.ready())
    this.skipVerb.disabled = this.busy || item.again
    this.undoVerb.disabled = this.busy || !this.data.progress.undo
  }

  answer(answer, at) {
    const node = button("answer", "", () => this.choose(answer.answer))
    if (this.filter) {
      node.id = `answer-${at}`
      node.setAttribute("role", "option")
      node.tabIndex = -1
    } else node.append(keycap(String(at + 1)))
    const label = element("span", "", answer.label)
    label.dir = "auto"
    node.append(label)
    return node
  }

  // ---- keys ----

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return
    if (document.querySelector('[role="dialog"]')) return
    const target = event.composedPath()[0]
    if (target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName)) return
    if (["Enter", " "].includes(event.key) && target.closest?.("button, a, summary, [role=button], [role=option]")) return
    if (this.act(event)) event.preventDefault()
  }

  act(event) {
    const { item } = this.data
    const key = event.key.toLowerCase()
    if (key === "u" && !event.repeat) return this.fire("undo"), true
    if (!item) return false
    if (this.words?.key(event)) return true
    const digit = digitOf(event)
    if (digit && !this.filter) return event.repeat || this.press(digit - 1), true
    if (event.key === "Enter") return event.repeat || this.next(), true
    if (key === "s") return event.repeat || this.fire("skip"), true
    if (key === "n") return this.note.focus(), true
    if (key === "/" && this.filter) return this.filter.focus(), true
    if (key === "a") return this.pane.querySelector(".all")?.click(), true
    if (key === "g") return this.toggleGuidance(), true
    const by = { ArrowDown: 60, ArrowUp: -60, PageDown: 400, PageUp: -400 }[event.key]
    if (by) this.pane.scrollBy({ top: by })
    return Boolean(by)
  }

  toggleGuidance() {
    const details = this.root.querySelector(".guidance")
    if (!details) return
    this.guided.open = details.open = !details.open
    localStorage.setItem(`ratchet-guidance-${this.guided.criterion}`, details.open ? "open" : "closed")
  }

  step(by) {
    this.active = Math.max(0, Math.min(this.matches().length - 1, this.active + by))
    this.drawAnswers()
  }

  enterInFilter() {
    const wanted = this.filter.value.trim()
    const offered = this.matches()[this.active]
    // Of several answers Enter takes the one that is lit, and, with nothing left to look for, goes on.
    if (this.data.item.kind === "many_of" && !wanted && this.chosen.size) return this.next()
    if (!offered) return
    this.choose(offered.answer)
    this.filter.value = ""
    if (this.data.item.kind === "many_of") this.drawAnswers()
  }

  press(at) {
    const answer = this.data.item.answers[at]
    if (answer) this.choose(answer.answer)
  }

  choose(answer) {
    const { kind } = this.data.item
    if (this.busy || this.data.item.again) return
    if (kind === "many_of") {
      if (!this.chosen.delete(answer)) this.chosen.add(answer)
      this.keep()
      this.drawAnswers()
    } else if (kind === "span" && answer === "marked") {
      this.next()
    } else {
      if (kind === "span") this.words.clear()
      this.chosen = new Set([answer])
      this.keep()
      this.drawAnswers()
      if (AT_ONCE.has(kind)) this.next()
    }
  }

  // ---- what goes to the server ----

  ready() {
    const { kind } = this.data.item
    if (kind === "note") return this.note.value.trim() !== ""
    return this.chosen.size > 0 || Boolean(this.words?.span())
  }

  next() {
    const { item } = this.data
    if (item.again) return this.fire("go_on")
    if (!this.ready()) return
    const span = this.words?.span() ?? null
    const chosen = item.answers.map((each) => each.answer).filter((each) => this.chosen.has(each))
    const answer = item.kind === "note" ? ["noted"] : span ? ["marked"] : chosen
    const guided = `ratchet-guidance-${item.criterion}`
    if (localStorage.getItem(guided) === null) localStorage.setItem(guided, "seen")
    this.fire("answer", { answer, reason: this.note.value.trim(), span })
  }

  fire(kind, rest = {}) {
    const { item } = this.data
    if (this.busy || (kind === "undo" && !this.data.progress.undo)) return
    this.busy = true
    this.fired = kind
    this.count()
    this.send({ kind, assignment: item?.assignment ?? 0, seconds: Math.round(this.seconds * 10) / 10, ...rest })
    if (item) this.drawAnswers()
    // The server ignores an event for an item that is over, so trying again can do no harm.
    this.timer = setTimeout(() => {
      this.busy = false
      if (!item) return
      this.drawAnswers()
      this.problem.hidden = false
      this.problem.textContent = "The server has not answered yet. Press the key again when the connection is back."
    }, PATIENCE_MS)
  }

  // Seconds in which this item was on the screen.
  count() {
    const at = performance.now()
    if (this.since !== null) this.seconds += (at - this.since) / 1000
    this.since = document.hidden ? null : at
  }

  // ---- what survives a refresh ----

  keep() {
    const { item, queue } = this.data
    if (!this.note) return
    const kept = { assignment: item.assignment, reason: this.note.value, chosen: [...this.chosen], span: this.words?.span() ?? null }
    sessionStorage.setItem(`ratchet-label-${queue.id}`, JSON.stringify(kept))
    this.nextVerb.disabled = this.busy || !this.ready()
  }

  kept() {
    return JSON.parse(sessionStorage.getItem(`ratchet-label-${this.data.queue.id}`) ?? "null")
  }

  forget() {
    sessionStorage.removeItem(`ratchet-label-${this.data.queue.id}`)
  }

  restore() {
    const { item } = this.data
    if (!item) return
    const kept = this.kept()
    if (kept?.assignment !== item.assignment || item.previous) {
      this.forget()
      return
    }
    this.note.value = kept.reason
    if (item.kind === "many_of") this.chosen = new Set(kept.chosen)
    if (kept.span) this.words?.restore(kept.span)
  }
}

// The digit of the key, also where a keyboard has digits only with Shift.
function digitOf(event) {
  if (/^[1-9]$/.test(event.key)) return Number(event.key)
  const code = event.shiftKey ? null : /^(?:Digit|Numpad)([1-9])$/.exec(event.code)
  return code ? Number(code[1]) : 0
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".labeller")
  root.ratchetCard ??= new Card(root)
  root.ratchetCard.update(data, (event) => setTriggerValue("event", event))
}
