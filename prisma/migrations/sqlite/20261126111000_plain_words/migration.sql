ALTER TABLE "AccountLink" RENAME TO "EmailLink";
DROP INDEX "AccountLink_userId_purpose_idx";
DROP INDEX "AccountLink_emailKey_idx";
DROP INDEX "AccountLink_expiresAt_idx";
CREATE INDEX "EmailLink_userId_purpose_idx" ON "EmailLink"("userId", "purpose");
CREATE INDEX "EmailLink_emailKey_idx" ON "EmailLink"("emailKey");
CREATE INDEX "EmailLink_expiresAt_idx" ON "EmailLink"("expiresAt");

ALTER TABLE "RememberSeries" RENAME COLUMN "confirmedAt" TO "seenAt";
ALTER TABLE "RememberSeries" ADD COLUMN "rotatedAt" DATETIME;
ALTER TABLE "RememberSeries" ADD COLUMN "generation" INTEGER NOT NULL DEFAULT 0;

ALTER TABLE "OutboxMessage" ADD COLUMN "lane" INTEGER NOT NULL DEFAULT 1;
DROP INDEX "OutboxMessage_sentAt_nextAttemptAt_idx";
CREATE INDEX "OutboxMessage_sentAt_lane_nextAttemptAt_idx" ON "OutboxMessage"("sentAt", "lane", "nextAttemptAt");

-- SQLite cannot change a column: this table is made again.
PRAGMA defer_foreign_keys=ON;
PRAGMA foreign_keys=OFF;
CREATE TABLE "new_Device" (
    "id" TEXT NOT NULL PRIMARY KEY,
    "userId" TEXT NOT NULL,
    "authEpoch" INTEGER NOT NULL,
    "tokenHash" TEXT NOT NULL,
    "label" TEXT NOT NULL,
    "startedBy" TEXT NOT NULL,
    "createdAt" DATETIME NOT NULL,
    "lastSeenAt" DATETIME NOT NULL,
    "revokedAt" DATETIME,
    CONSTRAINT "Device_userId_fkey" FOREIGN KEY ("userId") REFERENCES "User" ("id") ON DELETE CASCADE ON UPDATE CASCADE
);
INSERT INTO "new_Device" ("id", "userId", "authEpoch", "tokenHash", "label", "startedBy", "createdAt", "lastSeenAt", "revokedAt")
SELECT d."id", d."userId", u."authEpoch", d."browserHash", d."label", d."signedInBy", d."createdAt", d."lastSeenAt", d."revokedAt"
FROM "Device" d JOIN "User" u ON u."id" = d."userId";
DROP TABLE "Device";
ALTER TABLE "new_Device" RENAME TO "Device";
CREATE INDEX "Device_userId_tokenHash_idx" ON "Device"("userId", "tokenHash");
CREATE INDEX "Device_lastSeenAt_idx" ON "Device"("lastSeenAt");
PRAGMA foreign_keys=ON;
PRAGMA defer_foreign_keys=OFF;

UPDATE "SecurityEvent" SET "kind" = CASE "kind"
  WHEN 'email-confirmed' THEN 'email-verified'
  WHEN 'signed-out-by-operator' THEN 'logged-out-by-operator'
  WHEN 'reset-asked' THEN 'reset-requested'
  WHEN 'deletion-asked' THEN 'deletion-requested'
  WHEN 'others-revoked' THEN 'others-logged-out'
  WHEN 'device-revoked' THEN 'device-logged-out'
  WHEN 'cookie-stolen' THEN 'remember-token-stolen'
  END
WHERE "kind" IN ('email-confirmed', 'signed-out-by-operator', 'reset-asked', 'deletion-asked', 'others-revoked', 'device-revoked', 'cookie-stolen');

UPDATE "OutboxMessage" SET "template" = CASE "template"
  WHEN 'confirm-address' THEN 'verify-email'
  WHEN 'confirm-new-address' THEN 'verify-new-email'
  WHEN 'address-changed' THEN 'email-changed'
  END
WHERE "template" IN ('confirm-address', 'confirm-new-address', 'address-changed');

UPDATE "EmailLink" SET "purpose" = CASE "purpose"
  WHEN 'confirm-address' THEN 'verify-email'
  WHEN 'confirm-new-address' THEN 'verify-new-email'
  WHEN 'undo-address' THEN 'undo-email'
  END
WHERE "purpose" IN ('confirm-address', 'confirm-new-address', 'undo-address');
