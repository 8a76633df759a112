// What is judged, and what was said around it. Everything is written with textContent.
const element = (tag, className, text) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== undefined) node.textContent = text
  return node
}
const LONG_TEXT = 1800 // characters of a message that is not judged itself
const LONG_THREAD = 24000 // characters of a conversation
const BEFORE = 4
const AFTER = 2
const ENDS = 4

function button(className, text, act) {
  const node = element("button", className, text)
  node.type = "button"
  node.onpointerdown = (event) => event.preventDefault() // the keys stay where they were
  node.onclick = act
  return node
}

function fold(body, text) {
  if (text.length <= LONG_TEXT) return []
  body.classList.add("long")
  const more = button("link", "Show the whole message", () => {
    const short = body.classList.toggle("long")
    more.textContent = short ? "Show the whole message" : "Show less"
  })
  return [more]
}

function article(item, bodies) {
  const node = element("article", item.judged ? `${item.side} judged` : item.side)
  node.setAttribute("aria-label", item.judged ? `To judge: ${item.name}` : item.name)
  const meta = element("div", "meta")
  const name = element("b", "", item.name)
  name.dir = "auto"
  meta.append(name, element("span", "", item.when))
  if (item.judged) meta.append(element("span", "badge", item.badge))
  const body = element("div", "body", item.text)
  body.dir = "auto"
  node.append(meta, body)
  if (item.judged || item.whole) bodies.push({ node: body, text: item.text, message: item.whole ? item.id : null })
  if (!item.judged) node.append(...fold(body, item.text))
  if (item.cites?.length) node.append(citations(item.cites))
  if (item.folded) {
    const details = element("details")
    const quoted = element("div", "", item.folded)
    quoted.dir = "auto"
    details.append(element("summary", "", "Quoted text and signature"), quoted)
    node.append(details)
  }
  return node
}

function citations(cites) {
  const list = element("ol", "cites")
  for (const cite of cites) {
    const entry = element("li")
    const title = element("b", "", cite.title)
    const quote = element("span", "", cite.quote)
    title.dir = quote.dir = "auto"
    entry.append(title, quote)
    list.append(entry)
  }
  return list
}

// The messages to show first: all, or in a long conversation those around the judged part.
function neighbourhood(messages) {
  const size = messages.reduce((sum, item) => sum + item.text.length, 0)
  if (size <= LONG_THREAD || messages.length <= ENDS * 2) return messages.map(() => true)
  const judged = messages.findIndex((item) => item.judged)
  return messages.map((_, at) =>
    judged < 0 ? at < ENDS || at >= messages.length - ENDS : at >= judged - BEFORE && at <= judged + AFTER)
}

// Draws the subject into `pane`; returns the texts that are judged, for marking words in them.
function drawSubject(pane, subject) {
  const bodies = []
  const shown = neighbourhood(subject.messages)
  const hidden = shown.filter((each) => !each).length
  const nodes = subject.messages.map((item) => article(item, bodies))
  let gap = null
  const gaps = []
  pane.replaceChildren()
  if (hidden) {
    pane.append(button("link all", `Show all ${subject.messages.length} messages, ${subject.words} words (A)`, () => {
      for (const node of [...nodes, ...gaps]) node.hidden = gaps.includes(node)
      pane.querySelector(".all")?.remove()
    }))
  }
  nodes.forEach((node, at) => {
    node.hidden = !shown[at]
    if (shown[at]) gap = null
    else if (gap) gap.dataset.count = Number(gap.dataset.count) + 1
    else {
      gap = element("div", "gap")
      gap.dataset.count = 1
      gaps.push(gap)
      pane.append(gap)
    }
    pane.append(node)
  })
  for (const each of gaps) each.textContent = `${each.dataset.count} ${each.dataset.count === "1" ? "message" : "messages"} not shown`
  const judged = pane.querySelector(".judged")
  requestAnimationFrame(() => {
    pane.scrollTop = judged ? Math.max(0, judged.offsetTop - pane.offsetTop - 60) : 0
  })
  return bodies
}
