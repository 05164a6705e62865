// The pages work without this file. It offers to show a password, and lets one press send a form once.

const RESEND_AFTER_MS = 3000
let sent = new WeakSet()

function inputOf(button) {
  return button.parentElement.querySelector('input')
}

function setShown(button, isShown) {
  const { show, hide } = button.dataset
  inputOf(button).type = isShown ? 'text' : 'password'
  button.firstElementChild.textContent = isShown ? hide : show
}

function togglePassword(button) {
  const { shown, hidden } = button.dataset
  const isShown = inputOf(button).type === 'password'
  setShown(button, isShown)
  button.nextElementSibling.textContent = isShown ? shown : hidden
}

function hidePasswords() {
  for (const button of document.querySelectorAll('.reveal')) setShown(button, false)
}

// Not for ever: a download leaves the page where it is, and may be wanted twice. No password stays in it.
function sendOnce(event) {
  if (sent.has(event.target)) return event.preventDefault()
  sent.add(event.target)
  setTimeout(() => sendAgain(event.target), RESEND_AFTER_MS)
}

function sendAgain(form) {
  sent.delete(form)
  for (const input of form.querySelectorAll('[type=password]')) input.value = ''
}

for (const button of document.querySelectorAll('.reveal')) {
  button.hidden = false
  button.addEventListener('click', () => togglePassword(button))
  // A press would take the focus, and with it the place in the text, from the field.
  button.addEventListener('mousedown', (event) => event.preventDefault())
}

document.addEventListener('submit', sendOnce)
// A browser offers to save what was typed only from a field of type password.
document.addEventListener('submit', hidePasswords)

// "Back" may bring a page as it was left, without loading it again.
window.addEventListener('pageshow', () => {
  sent = new WeakSet()
  hidePasswords()
})
