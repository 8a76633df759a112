// The draft's own way to be flagged by mouse.
export default function ({ data, parentElement }) {
  const root = parentElement.querySelector(".place")
  const signature = JSON.stringify(data)
  if (root.ratchetSignature === signature) return
  root.ratchetSignature = signature
  root.replaceChildren(flagButton(data.subject, data.flags))
}
