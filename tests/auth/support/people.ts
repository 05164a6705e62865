/** A user as these tests have it; the login manager asks for no more than an id. */
export type Person = { id: number | string; name: string; isActive: boolean }

/** A fresh list of the people in Flask-Login's own tests, by id as text. */
export function listPeople(): Map<string, Person> {
  const people = [
    { id: 1, name: 'Notch', isActive: true },
    { id: 2, name: 'Steve', isActive: true },
    { id: 3, name: 'Creeper', isActive: false },
    { id: '佐藤', name: 'Müller', isActive: true },
  ]
  return new Map(people.map((person) => [String(person.id), person]))
}
