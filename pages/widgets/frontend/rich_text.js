// Text in segments: plain, marked, inserted, deleted, or followed by citation numbers.
const TAGS = { mark: "mark", insert: "ins", delete: "del" }

function draw(root, data) {
  const signature = JSON.stringify(data)
  if (root.ratchetSignature === signature) return
  root.ratchetSignature = signature
  root.className = ["text", ...data.classes].join(" ")
  root.dir = "auto"
  root.replaceChildren()
  for (const segment of data.segments) {
    const node = document.createElement(TAGS[segment.kind] ?? "span")
    node.textContent = segment.text
    root.append(node)
    for (const cite of segment.cites ?? []) {
      const mark = document.createElement("sup")
      mark.className = "cite"
      mark.textContent = cite.number
      mark.title = `${cite.title}\n“${cite.quote}”`
      root.append(mark)
    }
  }
  const first = root.querySelector("mark")
  if (first && root.classList.contains("clip")) root.scrollTop = Math.max(0, first.offsetTop - root.offsetTop - 20)
}

export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".text")
  draw(root, data)
  answerMarked(parentElement, root, () => (data.subject ? [[root, data.subject]] : []))
}
