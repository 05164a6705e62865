/** The name of the site, on every page and in every email. No password may be made of it. */
export const APP_NAME = 'Express Login'
