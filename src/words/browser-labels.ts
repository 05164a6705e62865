// Stored in place of a browser's name. `sayBrowser` in http/user-agent.ts has the words of each language for them.

export const UNKNOWN_BROWSER = 'Unknown browser'

/** The operator has no browser: the activity page shows this instead. */
export const OPERATOR = 'the operator’s command line'
