// Which words of ours are selected. Pieces that hold a text of ours answer a question asked on the
// document; places are counted in characters as Python counts them, not in UTF-16 units.
const FLAG = "ratchet-flag"
const MARKED = "ratchet-marked"

const characters = (text) => Array.from(text).length

function selectedRange(root) {
  if (typeof root.getSelection === "function") {
    const inside = root.getSelection()
    return inside?.rangeCount ? inside.getRangeAt(0) : null
  }
  const selection = document.getSelection()
  if (!selection?.rangeCount) return null
  if (typeof selection.getComposedRanges !== "function") return selection.getRangeAt(0)
  try {
    return selection.getComposedRanges({ shadowRoots: [root] })[0] ?? null
  } catch {
    return selection.getComposedRanges(root)[0] ?? null // as it was first shipped
  }
}

// Characters of `body` before a place in it, numbers of citations left out; null outside of it.
function charactersBefore(body, node, offset) {
  if (!body.contains(node)) return null
  const range = document.createRange()
  range.setStart(body, 0)
  range.setEnd(node, offset)
  const piece = range.cloneContents()
  for (const cite of piece.querySelectorAll("sup.cite")) cite.remove()
  return characters(piece.textContent)
}

function markedIn(root, body) {
  const range = selectedRange(root)
  if (!range || range.collapsed) return null
  const start = charactersBefore(body, range.startContainer, range.startOffset)
  const end = charactersBefore(body, range.endContainer, range.endOffset)
  return start === null || end === null || start >= end ? null : { start, end }
}

// What is selected in any text of ours: {type, id, start, end}, or null.
function marked() {
  const question = { found: null }
  document.dispatchEvent(new CustomEvent(MARKED, { detail: question }))
  return question.found
}

// Let `root` answer for its texts. `bodies` gives [element, subject] pairs.
function answerMarked(root, owner, bodies) {
  listen(owner, MARKED, ({ detail }) => {
    for (const [body, subject] of bodies()) {
      const span = detail.found ? null : markedIn(root, body)
      if (span) detail.found = { ...subject, ...span }
    }
  })
}

// A small button that flags a subject: the words selected in it, else all of it.
function flagButton(subject, flags) {
  const button = document.createElement("button")
  button.type = "button"
  button.className = flags.length ? "flag set" : "flag"
  button.textContent = flags.length ? `⚑ ${flags.length}` : "⚑ Flag"
  button.title = [...flags, "Flag the selected words, or all of it (S strong, W weak)"].join("\n")
  button.setAttribute("aria-label", flags.length ? `Flagged: ${flags.join("; ")}. Flag again` : "Flag this text")
  button.onmousedown = (event) => event.preventDefault() // keeps the selection
  button.onclick = () => document.dispatchEvent(new CustomEvent(FLAG, { detail: { strength: "", subject } }))
  return button
}
