CREATE TABLE "PendingRegistration" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "username" TEXT NOT NULL,
    "usernameKey" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "emailKey" TEXT NOT NULL,
    "passwordHash" TEXT NOT NULL,
    "deviceTokenHash" TEXT,
    "createdAt" DATETIME NOT NULL,
    "expiresAt" DATETIME NOT NULL
);
CREATE UNIQUE INDEX "PendingRegistration_usernameKey_key" ON "PendingRegistration"("usernameKey");
CREATE INDEX "PendingRegistration_emailKey_idx" ON "PendingRegistration"("emailKey");
CREATE INDEX "PendingRegistration_expiresAt_idx" ON "PendingRegistration"("expiresAt");

-- Users who had not verified their email yet, and rows that only reserved a user name, become pending registrations.
INSERT INTO "PendingRegistration" ("id", "username", "usernameKey", "email", "emailKey", "passwordHash", "deviceTokenHash", "createdAt", "expiresAt")
SELECT COALESCE(l."id", u."id"), u."username", u."usernameKey", u."email", u."emailKey", u."passwordHash", l."browserHash", u."createdAt", u."eraseAt"
FROM "User" u
LEFT JOIN "EmailLink" l ON l."id" = (
  SELECT MAX(m."id") FROM "EmailLink" m WHERE m."userId" = u."id" AND m."purpose" = 'verify-email')
WHERE u."isActive" = 1 AND u."eraseAt" IS NOT NULL;

UPDATE "OutboxMessage" SET "userId" = NULL
WHERE "userId" IN (SELECT "id" FROM "User" WHERE "isActive" = 1 AND "eraseAt" IS NOT NULL);
DELETE FROM "EmailLink"
WHERE "userId" IN (SELECT "id" FROM "User" WHERE "isActive" = 1 AND "eraseAt" IS NOT NULL);
DELETE FROM "SecurityEvent"
WHERE "userId" IN (SELECT "id" FROM "User" WHERE "isActive" = 1 AND "eraseAt" IS NOT NULL);
DELETE FROM "User" WHERE "isActive" = 1 AND "eraseAt" IS NOT NULL;

-- An email link no longer carries an epoch: what voids it deletes it.
DELETE FROM "EmailLink"
WHERE "authEpoch" IS NOT NULL
  AND "authEpoch" <> (SELECT u."authEpoch" FROM "User" u WHERE u."id" = "EmailLink"."userId");

ALTER TABLE "EmailLink" DROP COLUMN "authEpoch";
ALTER TABLE "EmailLink" DROP COLUMN "browserHash";

-- SQLite cannot change a column: this table is made again.
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_User" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "username" TEXT NOT NULL,
    "usernameKey" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "emailKey" TEXT NOT NULL,
    "name" TEXT,
    "passwordHash" TEXT,
    "authEpoch" INTEGER NOT NULL DEFAULT 0,
    "emailVerifiedAt" DATETIME,
    "createdAt" DATETIME NOT NULL,
    "disabledAt" DATETIME,
    "deletionDueAt" DATETIME
);
INSERT INTO "new_User" ("id", "username", "usernameKey", "email", "emailKey", "name", "passwordHash", "authEpoch", "emailVerifiedAt", "createdAt", "disabledAt", "deletionDueAt")
SELECT "id", "username", "usernameKey", "email", "emailKey", NULLIF("name", "username"), NULLIF("passwordHash", '!'), "authEpoch", "emailVerifiedAt", "createdAt",
  CASE WHEN "isActive" = 0 AND "eraseAt" IS NULL THEN strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now') END, "eraseAt"
FROM "User";
DROP TABLE "User";
ALTER TABLE "new_User" RENAME TO "User";
CREATE UNIQUE INDEX "User_usernameKey_key" ON "User"("usernameKey");
CREATE UNIQUE INDEX "User_emailKey_key" ON "User"("emailKey");
CREATE INDEX "User_deletionDueAt_idx" ON "User"("deletionDueAt");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;
