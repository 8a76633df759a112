// Hear events of the whole document for as long as `root` is on the page. Streamlit draws a component again
// without waiting, and may clean up after an older drawing when a newer one is there already. So nothing is
// taken away and put back: a newer drawing's `handler` takes the older one's place, and hearing ends by itself
// with the first event after `root` has gone.
function listen(root, type, handler, capture = false) {
  const heard = (root.ratchetHeard ??= {})
  const before = heard[type]
  heard[type] = handler
  if (before) return
  const relay = (event) => {
    if (root.isConnected) return heard[type](event)
    document.removeEventListener(type, relay, capture)
    delete heard[type]
  }
  document.addEventListener(type, relay, capture)
}
