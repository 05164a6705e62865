// The pages work without this file. It offers to show a password, says how long a new one is while it is typed,
// closes the menu, and lets one press send a form once.

const RESEND_AFTER_MS = 3000
const SAY_AFTER_MS = 1000
let sent = new WeakSet()

function inputOf(button) {
  return button.parentElement.querySelector('input')
}

function setShown(button, isShown) {
  const { show, hide } = button.dataset
  const input = inputOf(button)
  const others = document.querySelectorAll(`[data-shown-with="${input.id}"]`)
  for (const each of [input, ...others]) each.type = isShown ? 'text' : 'password'
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

// What is left when repetitions and runs such as "abc" and "321" count once. The server rates what is sent.
function weigh(password) {
  const letters = [...password.toLowerCase().replace(/(.+?)\1+/gu, '$1')]
  const codes = letters.map((letter) => letter.codePointAt(0))
  return codes.filter((code, at) => at === 0 || Math.abs(code - codes[at - 1]) > 1).length
}

function rate(input, { progress, weak, good }) {
  const { length } = [...input.value.normalize('NFC')]
  if (length < input.minLength) return ['short', progress.replace('#', length)]
  return weigh(input.value) < input.minLength * 0.6 ? ['weak', weak] : ['good', good]
}

function followTyping(line) {
  const field = line.closest('.field')
  const input = field.querySelector('input')
  const hint = field.querySelector('.hint')
  let timer
  input.addEventListener('input', () => {
    const [level, text] = input.value ? rate(input, line.dataset) : ['', '']
    field.dataset.level = level
    line.textContent = text
    line.hidden = !text
    if (hint) hint.hidden = Boolean(text)
    clearTimeout(timer)
    timer = setTimeout(() => {
      field.querySelector('[aria-live]').textContent = text
    }, SAY_AFTER_MS)
  })
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

function closeMenuWithKeys(menu) {
  menu.addEventListener('keydown', ({ key }) => {
    if (key !== 'Escape' || !menu.open) return
    menu.open = false
    menu.firstElementChild.focus()
  })
  menu.addEventListener('focusout', ({ relatedTarget }) => {
    if (relatedTarget && !menu.contains(relatedTarget)) menu.open = false
  })
}

for (const button of document.querySelectorAll('.reveal')) {
  button.hidden = false
  button.addEventListener('click', () => togglePassword(button))
  // A press would take the focus, and with it the place in the text, from the field.
  button.addEventListener('mousedown', (event) => event.preventDefault())
}

for (const line of document.querySelectorAll('.progress')) followTyping(line)
for (const menu of document.querySelectorAll('.menu')) closeMenuWithKeys(menu)

document.addEventListener('click', ({ target }) => {
  for (const menu of document.querySelectorAll('.menu[open]'))
    if (!menu.contains(target)) menu.open = false
})

// The time zone of this browser, where none is chosen: saving the form confirms it.
for (const select of document.querySelectorAll('select[data-guess]')) {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  if (select.value || !timeZone) continue
  select.value = timeZone
  if (select.value !== timeZone) select.add(new Option(timeZone, timeZone, false, true))
}

document.addEventListener('submit', sendOnce)
// A browser offers to save what was typed only from a field of type password.
document.addEventListener('submit', hidePasswords)

// "Back" may bring a page as it was left, without loading it again.
window.addEventListener('pageshow', () => {
  sent = new WeakSet()
  hidePasswords()
})
