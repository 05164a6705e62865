import type { ForeignField } from '../accounts/foreign-user.ts'

// Without what people write differently: case, spaces, dashes and underscores.
const SPELLINGS: Readonly<Record<ForeignField, readonly string[]>> = {
  id: ['id', 'userid'],
  username: ['username', 'login'],
  email: ['email', 'emailaddress', 'mail'],
  name: ['name', 'fullname', 'displayname'],
  passwordHash: ['passwordhash', 'password', 'hashedpassword', 'pwhash'],
  isActive: ['isactive', 'active'],
  createdAt: ['createdat', 'createdon', 'created', 'datejoined', 'joinedat', 'registeredat'],
}

/** The names in a file, each with what it means here; or what is wrong with them. */
type ReadNames = {
  fields: Map<string, ForeignField>
  ignored: string[]
  problem: string | null
}

/** What the names of columns, or of one object's fields, mean. */
export function readNames(names: readonly string[], required: readonly ForeignField[]): ReadNames {
  const fields = new Map<string, ForeignField>()
  for (const name of names) {
    const field = meaningOf(name)
    if (field) fields.set(name, field)
  }
  const ignored = names.filter((name) => !fields.has(name))
  const meant = names.map(meaningOf).filter((field) => field !== null)
  return { fields, ignored, problem: findProblem(meant, required) }
}

function meaningOf(name: string): ForeignField | null {
  const plain = name.toLowerCase().replace(/[\s_-]/g, '')
  const found = Object.entries(SPELLINGS).find(([, spellings]) => spellings.includes(plain))
  return found ? (found[0] as ForeignField) : null
}

function findProblem(meant: ForeignField[], required: readonly ForeignField[]): string | null {
  const missing = required.filter((field) => !meant.includes(field))
  if (missing.length > 0) return `there is no ${missing.map(describeField).join(', no ')}`
  const twice = meant.find((field, at) => meant.indexOf(field) !== at)
  return twice ? `there is more than one ${describeField(twice)}` : null
}

// As columns are named in the documentation.
function describeField(field: ForeignField): string {
  return field.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
