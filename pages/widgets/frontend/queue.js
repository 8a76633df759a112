// A dense, keyboard-driven list of conversations. Rows come from Python as plain data and are
// written with textContent only, so nothing a customer typed can become markup.
const typing = (event) => {
  const node = event.composedPath()[0]
  return node.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(node.tagName)
}

const FLAGS = { s: "strong", w: "weak" }

const element = (tag, className, text) => {
  const node = document.createElement(tag)
  if (className) node.className = className
  if (text !== undefined) node.textContent = text
  return node
}

// Streamlit gives pop-ups no shortcut of their own: open the one beside the draft, then go into it.
function press(key, inside) {
  const button = document.querySelector(`[class*="st-key-${key}"] button`)
  if (!button) return
  button.click()
  setTimeout(() => document.querySelector(`[data-baseweb="popover"] ${inside}, [role="menu"] ${inside}, [data-testid="stPopoverBody"] ${inside}`)?.focus(), 200)
}

function row(item, selected, open) {
  const li = element("li")
  li.id = `row-${item.id}`
  li.setAttribute("role", "option")
  li.setAttribute("aria-selected", String(item.id === selected))
  li.tabIndex = item.id === selected ? 0 : -1
  li.dataset.id = item.id
  const who = element("span", "who", item.who)
  who.dir = "auto"
  li.append(who, element("span", item.late ? "wait late" : "wait", item.wait))
  const subject = element("span", "subject", item.subject)
  subject.dir = "auto"
  const preview = element("span", "preview", item.preview)
  preview.dir = "auto"
  li.append(subject, preview)
  if (item.chips.length) {
    const chips = element("span", "chips")
    for (const chip of item.chips) chips.append(element("span", `chip ${chip.tone}`, chip.text))
    li.append(chips)
  }
  li.onclick = () => open(item.id)
  return li
}

export default function ({ data, parentElement, setTriggerValue }) {
  const root = parentElement.querySelector(".root")
  let current = data.selected // ahead of the server: J J goes on from where the first J went
  const open = (id) => {
    current = id
    for (const li of root.querySelectorAll("li")) li.setAttribute("aria-selected", String(Number(li.dataset.id) === id))
    setTriggerValue("open", id)
  }
  const previousTop = root.querySelector(".queue")?.scrollTop ?? 0
  const hadFocus = parentElement.activeElement?.tagName === "LI"
  root.replaceChildren()
  if (!data.rows.length) {
    root.append(element("div", "empty", data.empty))
  } else {
    const list = element("ul", "queue")
    list.setAttribute("role", "listbox")
    list.setAttribute("aria-label", "Conversations")
    if (!data.rows.some((item) => item.id === data.selected)) list.tabIndex = 0
    for (const item of data.rows) list.append(row(item, data.selected, open))
    root.append(list)
    if (data.more) {
      const more = element("button", "more", "Show more")
      more.onclick = () => setTriggerValue("more", data.rows.length)
      list.after(more)
    }
    list.scrollTop = previousTop
    const chosen = list.querySelector('[aria-selected="true"]')
    if (chosen && root.dataset.selected !== String(data.selected)) chosen.scrollIntoView({ block: "nearest" })
    if (chosen && hadFocus) chosen.focus({ preventScroll: true })
  }
  root.dataset.selected = data.selected

  const step = (by) => {
    const ids = data.rows.map((item) => item.id)
    const at = ids.indexOf(current)
    const next = ids[at < 0 ? 0 : at + by]
    if (next !== undefined) open(next)
  }
  const onKey = (event) => {
    if (event.key === "Escape") document.activeElement.closest(".st-key-queue_search") && document.activeElement.blur()
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event)) return
    if (document.querySelector('[role="dialog"]')) return
    const inList = event.composedPath().includes(root)
    if (event.key === "j" || (inList && event.key === "ArrowDown")) step(1)
    else if (event.key === "k" || (inList && event.key === "ArrowUp")) step(-1)
    else if (event.key === "/") document.querySelector(".st-key-queue_search input")?.focus()
    else if (event.key === "?") setTriggerValue("help", true)
    else if (event.key === "g") press("again_", "input")
    else if (event.key === "x") press("discard_", "[role=menuitem]")
    else if (FLAGS[event.key]) document.dispatchEvent(new CustomEvent("ratchet-flag", { detail: { strength: FLAGS[event.key] } }))
    else return
    event.preventDefault()
  }
  listen(root, "keydown", onKey)
}
