-- AlterTable
ALTER TABLE "PendingRegistration" ADD COLUMN "language" TEXT;

-- AlterTable
ALTER TABLE "User" ADD COLUMN "language" TEXT;
ALTER TABLE "User" ADD COLUMN "timeZone" TEXT;
