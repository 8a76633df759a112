// The fixed parts of the card: where we are, the question, the fields and the verbs. What they do when
// used is the business of Card, which is built on this.
const FILTER_FROM = 10 // answers; with fewer each has its digit

function keycap(text) {
  const node = element("kbd", "", text)
  node.setAttribute("aria-hidden", "true") // a name is read without its key
  return node
}

class CardView {
  header() {
    const { queue } = this.data
    const header = element("header")
    const name = element("h2", "", queue.name)
    name.dir = "auto"
    const words = element("p", "drawn", queue.drawn)
    words.title = queue.drawn
    const left = element("div", "queue")
    left.append(name, words)
    this.bar = element("div", "bar")
    this.bar.setAttribute("role", "progressbar")
    this.bar.setAttribute("aria-label", "Answers given")
    this.bar.append(element("i"))
    this.pace = element("p", "pace")
    const right = element("div", "progress")
    right.append(this.bar, this.pace)
    header.append(left, right)
    return header
  }

  side() {
    const { item } = this.data
    const side = element("section", "side")
    side.setAttribute("aria-label", "Question")
    const about = element("p", "about", item.subject.about)
    about.dir = "auto"
    const question = element("h3", "", item.question)
    question.dir = "auto"
    side.append(about, question)
    if (item.guidance || item.examples.length) side.append(this.guidance())
    this.answers = element("div", `answers ${item.kind}`)
    if (item.answers.length >= FILTER_FROM) side.append(this.filterField())
    if (item.kind === "span") {
      this.picked = element("blockquote", "picked")
      this.picked.dir = "auto"
      side.append(this.picked)
    }
    if (item.answers.length) side.append(this.answers)
    side.append(this.noteField())
    side.append(this.problemLine(), this.verbs())
    return side
  }

  problemLine() {
    this.problem = element("div", "problem")
    this.problem.setAttribute("role", "alert")
    return this.problem
  }

  guidance() {
    const { item } = this.data
    const details = element("details", "guidance")
    details.open = this.guidanceIsOpen(item.criterion)
    const summary = element("summary")
    summary.append("How to judge", keycap("G"))
    summary.onclick = (event) => {
      event.preventDefault()
      this.toggleGuidance()
    }
    const text = element("p", "", item.guidance)
    text.dir = "auto"
    details.append(summary, text)
    for (const example of item.examples) {
      const line = element("div", "example")
      const quote = element("q", "", example.text)
      const verdict = element("span")
      verdict.append(element("b", "", example.answer), example.why ? ` ${example.why}` : "")
      quote.dir = verdict.dir = "auto"
      line.append(quote, verdict)
      details.append(line)
    }
    return details
  }

  // Open until somebody has judged by this version of the criterion, then as they left it.
  guidanceIsOpen(criterion) {
    if (this.guided?.criterion !== criterion) {
      const kept = localStorage.getItem(`ratchet-guidance-${criterion}`)
      this.guided = { criterion, open: kept === null || kept === "open" }
    }
    return this.guided.open
  }

  filterField() {
    this.filter = element("input", "filter")
    this.filter.placeholder = "Type to find, ↑ ↓ and Enter choose, Esc for the other keys"
    this.filter.setAttribute("aria-label", "Find an answer")
    this.filter.setAttribute("role", "combobox")
    this.filter.setAttribute("aria-expanded", "true")
    this.filter.setAttribute("aria-controls", "answers")
    this.answers.id = "answers"
    this.filter.oninput = () => {
      this.active = 0
      this.drawAnswers()
    }
    this.filter.onkeydown = (event) => {
      event.stopPropagation()
      if (event.isComposing) return
      if (event.key === "Escape") this.filter.blur()
      else if (event.key === "ArrowDown" || event.key === "ArrowUp") this.step(event.key === "ArrowDown" ? 1 : -1)
      else if (event.key === "Enter" && !event.repeat) this.enterInFilter()
      else return
      event.preventDefault()
    }
    return this.filter
  }

  noteField() {
    const { item } = this.data
    const alone = item.kind === "note"
    const label = element("label", "note")
    label.append(element("span", "", alone ? "Your answer" : "Note"), ...(alone ? [] : [keycap("N")]))
    this.note = element("textarea")
    this.note.rows = alone ? 6 : 2
    this.note.dir = "auto"
    this.note.placeholder = alone ? "Enter goes on, Shift + Enter starts a new line" : "Why, if it is worth a word"
    this.note.value = item.previous?.reason ?? ""
    this.note.oninput = () => this.keep()
    this.note.onkeydown = (event) => {
      event.stopPropagation() // the page's keys are single letters: none may fire while typing
      if (event.isComposing) return
      if (event.key === "Escape") this.note.blur()
      else if (event.key === "Enter" && !event.shiftKey && !event.repeat) {
        if (alone) this.next()
        else this.note.blur()
      } else return
      event.preventDefault()
    }
    label.append(this.note)
    return label
  }

  verbs() {
    const verbs = element("div", "verbs")
    const verb = (name, key, act, className = "") => {
      const node = button(`verb ${className}`, name, act)
      node.append(keycap(key))
      verbs.append(node)
      return node
    }
    this.undoVerb = verb("Undo", "U", () => this.fire("undo"))
    this.skipVerb = verb("Skip", "S", () => this.fire("skip"))
    this.nextVerb = verb(this.data.item.again ? "Go on" : "Next", "↵", () => this.next(), "next")
    return verbs
  }

  over() {
    const { over } = this.data
    const box = element("section", "over")
    box.append(element("h3", "", over.title), element("p", "", over.text))
    const kept = this.kept()
    if (kept?.reason) {
      const words = element("blockquote", "", kept.reason)
      words.dir = "auto"
      box.append(element("p", "", "What you had typed, to copy:"), words)
    }
    if (over.undo) {
      const undo = button("verb", "Undo my last answer", () => this.fire("undo"))
      undo.append(keycap("U"))
      box.append(undo)
    }
    box.append(this.problemLine())
    return box
  }
}
