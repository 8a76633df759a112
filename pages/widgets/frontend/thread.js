// The conversation as people read it. Everything is written with textContent.
const element = (tag, className, text) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== undefined) node.textContent = text
  return node
}
const LONG = 1800

function message(item, flagging) {
  const article = element("article", item.side)
  article.setAttribute("aria-label", `${item.name}, ${item.at}`)
  if (item.side !== "system") {
    const meta = element("div", "meta")
    const name = element("b", "", item.name)
    name.dir = "auto"
    meta.append(name, element("span", "", item.time))
    meta.title = item.at
    if (item.subject && flagging) meta.prepend(flagButton(item.subject, item.flags))
    else if (item.flags.length) {
      const mark = element("span", "flag set", `⚑ ${item.flags.length}`)
      mark.title = item.flags.join("\n")
      meta.prepend(mark)
    }
    article.append(meta)
  }
  const body = element("div", "body", item.text)
  body.dir = "auto"
  body.ratchetSubject = item.subject
  article.append(body)
  if (item.text.length > LONG) {
    body.classList.add("long")
    const more = element("button", "link", "Show the whole message")
    more.onclick = () => {
      const short = body.classList.toggle("long")
      more.textContent = short ? "Show the whole message" : "Show less"
    }
    article.append(more)
  }
  if (item.folded) {
    const details = element("details")
    const quoted = element("div", "", item.folded)
    quoted.dir = "auto"
    details.append(element("summary", "", "Quoted text and signature"), quoted)
    article.append(details)
  }
  if (item.files.length) {
    const files = element("div", "files")
    for (const file of item.files) files.append(element("span", "file", file))
    article.append(files)
  }
  if (item.state) article.append(element("div", item.failed ? "state bad" : "state", item.state))
  return article
}

function scroller(node) {
  for (let at = node; at; at = at.parentElement ?? at.getRootNode().host) {
    if (at.scrollHeight > at.clientHeight && /auto|scroll/.test(getComputedStyle(at).overflowY)) return at
  }
  return null
}

function draw(root, data) {
  const signature = JSON.stringify([data.conversation, data.messages, data.flagging])
  if (root.ratchetSignature === signature) return
  root.ratchetSignature = signature
  root.replaceChildren()
  let day = ""
  for (const item of data.messages) {
    if (item.day !== day) root.append(element("div", "day", (day = item.day)))
    root.append(message(item, data.flagging))
  }
  const key = `${data.conversation}:${data.messages.length}`
  if (root.dataset.key !== key) {
    root.dataset.key = key
    if (data.still) return // read from its beginning, on a page that has other things too
    requestAnimationFrame(() => {
      const pane = scroller(root)
      if (pane) pane.scrollTop = pane.scrollHeight
    })
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".thread")
  draw(root, data)
  answerMarked(parentElement, root, () =>
    [...root.querySelectorAll(".body")].filter((body) => body.ratchetSubject).map((body) => [body, body.ratchetSubject]),
  )
  // S, W and every flag button end here: this component is always there and reruns the whole page.
  listen(root, FLAG, ({ detail }) => {
    if (!data.flagging || document.querySelector('[role="dialog"]')) return
    const words = marked()
    const wanted = detail.subject
    const same = words && (!wanted || (words.type === wanted.type && words.id === wanted.id))
    const subject = same ? words : (wanted ?? data.whole)
    setTriggerValue("flag", { ...subject, strength: detail.strength })
  })
}
