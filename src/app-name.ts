/** What this site calls itself: on every page, and to whoever makes a password of it. */
export const APP_NAME = 'Express Login'
