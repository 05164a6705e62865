-- AlterTable
ALTER TABLE "PendingRegistration" ADD COLUMN     "language" TEXT;

-- AlterTable
ALTER TABLE "User" ADD COLUMN     "language" TEXT,
ADD COLUMN     "timeZone" TEXT;
