-- DropIndex
DROP INDEX "SecurityEvent_userId_at_idx";

-- CreateIndex
CREATE INDEX "SecurityEvent_userId_at_id_idx" ON "SecurityEvent"("userId", "at", "id");
