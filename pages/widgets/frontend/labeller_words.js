// Marking words of a text, with the mouse or with the arrow keys and Shift. Offsets are given in
// characters as Python counts them, not in the UTF-16 units of this language.
const characters = (text, units) => [...text.slice(0, units)].length

class Words {
  // bodies: [{node, text, message}]; `changed` is told after each change of the selection.
  constructor(bodies, changed) {
    this.changed = changed
    this.units = []
    for (const body of bodies) this.split(body)
    this.cursor = 0
    this.anchor = this.head = null // indexes into units, of one body
    this.dragging = false
  }

  split(body) {
    body.node.replaceChildren()
    body.pieces = []
    const cutter = new Intl.Segmenter(undefined, { granularity: "word" })
    for (const { segment, index, isWordLike } of cutter.segment(body.text)) {
      const node = element("span", "", segment)
      body.node.append(node)
      body.pieces.push(node)
      if (!isWordLike) continue
      const unit = { body, node, piece: body.pieces.length - 1, start: index, end: index + segment.length }
      const at = this.units.push(unit) - 1
      node.className = "word"
      node.onpointerdown = (event) => this.press(event, at)
      node.onpointerenter = () => this.dragging && this.to(at, true)
    }
  }

  press(event, at) {
    if (event.button !== 0) return
    event.preventDefault() // the browser's own selection would lie over ours
    event.target.releasePointerCapture?.(event.pointerId)
    this.dragging = true
    addEventListener("pointerup", () => (this.dragging = false), { once: true })
    this.to(at, event.shiftKey)
  }

  // Move to a word; with `extend`, mark everything from where the marking began.
  to(at, extend) {
    if (!this.units[at]) return
    if (extend && this.anchor === null) this.anchor = this.cursor
    if (extend && this.units[at].body !== this.units[this.anchor].body) return
    this.cursor = at
    if (!extend) this.anchor = at
    this.head = at
    this.draw()
    this.units[at].node.scrollIntoView({ block: "nearest" })
  }

  clear() {
    this.anchor = this.head = null
    this.draw()
  }

  key(event) {
    const forward = getComputedStyle(this.units[this.cursor]?.node ?? document.body).direction === "rtl" ? "ArrowLeft" : "ArrowRight"
    const sideways = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (sideways) {
      const by = event.key === forward ? 1 : -1
      this.to(this.head === null ? this.cursor : this.cursor + by, event.shiftKey)
    } else if (event.key === "ArrowDown") this.to(this.line(1), event.shiftKey)
    else if (event.key === "ArrowUp") this.to(this.line(-1), event.shiftKey)
    else if (event.key === "Escape" && this.head !== null) this.clear()
    else return false
    return true
  }

  // The word nearest below or above the cursor.
  line(by) {
    const box = (at) => this.units[at].node.getBoundingClientRect()
    if (!this.units.length) return 0
    const from = box(this.cursor)
    let at = this.cursor
    while (this.units[at + by] && Math.abs(box(at + by).top - from.top) < from.height / 2) at += by
    if (!this.units[at + by]) return at
    at += by
    const top = box(at).top
    let best = at
    for (; this.units[at] && Math.abs(box(at).top - top) < from.height / 2; at += by) {
      if (Math.abs(box(at).left - from.left) < Math.abs(box(best).left - from.left)) best = at
    }
    return best
  }

  draw() {
    for (const node of this.marked ?? []) node.classList.remove("chosen")
    const [first, last] = this.ends()
    this.marked = first ? first.body.pieces.slice(first.piece, last.piece + 1) : []
    for (const node of this.marked) node.classList.add("chosen")
    this.changed()
  }

  ends() {
    if (this.head === null) return []
    const [from, to] = [this.anchor ?? this.head, this.head].sort((a, b) => a - b)
    return [this.units[from], this.units[to]]
  }

  // {start, end, text, message_id?}, or null when nothing is marked.
  span() {
    const [first, last] = this.ends()
    if (!first) return null
    const { text, message } = first.body
    const span = {
      start: characters(text, first.start),
      end: characters(text, last.end),
      text: text.slice(first.start, last.end),
    }
    return message ? { ...span, message_id: message } : span
  }

  restore(span) {
    const inside = this.units.flatMap((unit, at) =>
      (span.message_id ?? null) === unit.body.message &&
      characters(unit.body.text, unit.start) < span.end &&
      characters(unit.body.text, unit.end) > span.start ? [at] : [])
    if (!inside.length) return
    this.anchor = inside[0]
    this.cursor = this.head = inside.at(-1)
    this.draw()
  }
}
