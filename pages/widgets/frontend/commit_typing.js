// A text area tells the server what it holds when somebody leaves it, or with Ctrl+Enter. This does the same
// after a pause in typing, so that what depends on the text follows it, and a refresh loses little.
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".typing")
  const areas = `.st-key-${CSS.escape(data.within)} textarea`
  const commit = (area) =>
    area.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", code: "Enter", ctrlKey: true, bubbles: true }))
  const onInput = (event) => {
    const area = event.target
    if (!(area instanceof HTMLTextAreaElement) || !area.matches(areas)) return
    clearTimeout(root.ratchetPause)
    root.ratchetPause = setTimeout(() => commit(area), data.milliseconds)
  }
  listen(root, "input", onInput, true)
  // what was typed before this was here, or while the page was drawn again; without changes nothing happens
  const held = document.activeElement
  if (held instanceof HTMLTextAreaElement && held.matches(areas)) {
    clearTimeout(root.ratchetPause)
    root.ratchetPause = setTimeout(() => commit(held), data.milliseconds)
  }
}
