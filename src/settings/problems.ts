/** Takes a variable's name and what is wrong; returns the line that says so, with a value that works. Never the value itself: the line ends up in logs, and the value may be a secret. */
export function describeProblem(name: string, problem: string): string {
  return `${name} ${problem}. For example: ${name}=${EXAMPLES[name]}`
}

const EXAMPLES: Record<string, string> = {
  NODE_ENV: 'production',
  HOST: '127.0.0.1',
  PORT: '3000',
  APP_URL: 'https://accounts.example.com',
  DATABASE_URL: 'file:./data/app.db',
  SESSION_SECRET: 'the output of: openssl rand -hex 32',
  TRUST_PROXY: '1',
  WEB_CONCURRENCY: '2',
  REGISTRATION: 'open',
  SESSION_IDLE_MINUTES: '30',
  SESSION_MAX_HOURS: '12',
  REMEMBER_DAYS: '30',
  FRESH_MINUTES: '10',
  SESSION_PROTECTION: 'basic',
  BCRYPT_COST: '12',
  PASSWORD_MIN_LENGTH: '15',
  THROTTLE: 'on',
  SMTP_URL: 'smtp://user:password@mail.example.com:587',
  MAIL_FROM: 'accounts@example.com',
  LOG_LEVEL: 'info',
}
