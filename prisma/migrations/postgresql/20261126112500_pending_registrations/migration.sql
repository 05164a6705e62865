CREATE TABLE "PendingRegistration" (
    "id" TEXT NOT NULL,
    "username" TEXT NOT NULL,
    "usernameKey" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "emailKey" TEXT NOT NULL,
    "passwordHash" TEXT NOT NULL,
    "deviceTokenHash" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "PendingRegistration_pkey" PRIMARY KEY ("id")
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
WHERE u."isActive" AND u."eraseAt" IS NOT NULL;

UPDATE "OutboxMessage" SET "userId" = NULL
WHERE "userId" IN (SELECT "id" FROM "User" WHERE "isActive" AND "eraseAt" IS NOT NULL);
DELETE FROM "EmailLink"
WHERE "userId" IN (SELECT "id" FROM "User" WHERE "isActive" AND "eraseAt" IS NOT NULL);
DELETE FROM "SecurityEvent"
WHERE "userId" IN (SELECT "id" FROM "User" WHERE "isActive" AND "eraseAt" IS NOT NULL);
DELETE FROM "User" WHERE "isActive" AND "eraseAt" IS NOT NULL;

-- An email link no longer carries an epoch: what voids it deletes it.
DELETE FROM "EmailLink"
WHERE "authEpoch" IS NOT NULL
  AND "authEpoch" <> (SELECT u."authEpoch" FROM "User" u WHERE u."id" = "EmailLink"."userId");

ALTER TABLE "EmailLink" DROP COLUMN "authEpoch", DROP COLUMN "browserHash";

ALTER TABLE "User" ADD COLUMN "disabledAt" TIMESTAMP(3);
ALTER TABLE "User" ALTER COLUMN "name" DROP NOT NULL, ALTER COLUMN "passwordHash" DROP NOT NULL;
ALTER TABLE "User" RENAME COLUMN "eraseAt" TO "deletionDueAt";
ALTER INDEX "User_eraseAt_idx" RENAME TO "User_deletionDueAt_idx";
UPDATE "User" SET
  "disabledAt" = CASE WHEN NOT "isActive" AND "deletionDueAt" IS NULL THEN date_trunc('milliseconds', now() AT TIME ZONE 'UTC') END,
  "name" = NULLIF("name", "username"),
  "passwordHash" = NULLIF("passwordHash", '!');
ALTER TABLE "User" DROP COLUMN "isActive";
