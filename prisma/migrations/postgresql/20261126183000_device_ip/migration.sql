-- AlterTable
ALTER TABLE "Device" ADD COLUMN     "ip" TEXT;
