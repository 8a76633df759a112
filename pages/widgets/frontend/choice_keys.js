// Keys for a form in a dialog: 1 to 9 choose, Enter saves while nobody is typing.
const typing = (node) =>
  node.isContentEditable ||
  ["TEXTAREA", "SELECT"].includes(node.tagName) ||
  (node.tagName === "INPUT" && node.type !== "radio")

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".keys")
  const within = (key, inner) => document.querySelectorAll(`.st-key-${key} ${inner}`)
  // The dialog takes the focus a moment after it is drawn: take it again until it stays.
  const focusChoice = (times) => {
    if (times === 0 || typing(document.activeElement)) return
    within(data.choices, "input:checked")[0]?.focus()
    setTimeout(() => focusChoice(times - 1), 100)
  }
  const onKey = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || typing(event.composedPath()[0])) return
    if (/^[1-9]$/.test(event.key)) within(data.choices, "input")[Number(event.key) - 1]?.click()
    else if (event.key === "Enter" && event.composedPath()[0].tagName !== "BUTTON") within(data.save, "button")[0]?.click()
    else return
    event.preventDefault()
  }
  listen(root, "keydown", onKey, true) // before the radio buttons, which keep Enter to themselves
  if (root.dataset.focused !== data.once) {
    root.dataset.focused = data.once
    focusChoice(8)
  }
}
