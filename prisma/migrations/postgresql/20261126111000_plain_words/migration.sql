ALTER TABLE "AccountLink" RENAME TO "EmailLink";
ALTER TABLE "EmailLink" RENAME CONSTRAINT "AccountLink_pkey" TO "EmailLink_pkey";
ALTER TABLE "EmailLink" RENAME CONSTRAINT "AccountLink_userId_fkey" TO "EmailLink_userId_fkey";
ALTER INDEX "AccountLink_userId_purpose_idx" RENAME TO "EmailLink_userId_purpose_idx";
ALTER INDEX "AccountLink_emailKey_idx" RENAME TO "EmailLink_emailKey_idx";
ALTER INDEX "AccountLink_expiresAt_idx" RENAME TO "EmailLink_expiresAt_idx";

ALTER TABLE "RememberSeries" RENAME COLUMN "confirmedAt" TO "seenAt";
ALTER TABLE "RememberSeries" ADD COLUMN "rotatedAt" TIMESTAMP(3), ADD COLUMN "generation" INTEGER NOT NULL DEFAULT 0;

ALTER TABLE "OutboxMessage" ADD COLUMN "lane" INTEGER NOT NULL DEFAULT 1;
DROP INDEX "OutboxMessage_sentAt_nextAttemptAt_idx";
CREATE INDEX "OutboxMessage_sentAt_lane_nextAttemptAt_idx" ON "OutboxMessage"("sentAt", "lane", "nextAttemptAt");

ALTER TABLE "Device" RENAME COLUMN "browserHash" TO "tokenHash";
ALTER TABLE "Device" RENAME COLUMN "signedInBy" TO "startedBy";
ALTER INDEX "Device_userId_browserHash_idx" RENAME TO "Device_userId_tokenHash_idx";
ALTER TABLE "Device" ADD COLUMN "authEpoch" INTEGER;
UPDATE "Device" SET "authEpoch" = u."authEpoch" FROM "User" u WHERE u."id" = "Device"."userId";
ALTER TABLE "Device" ALTER COLUMN "authEpoch" SET NOT NULL;

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
