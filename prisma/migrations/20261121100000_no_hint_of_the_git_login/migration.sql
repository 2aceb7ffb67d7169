-- Accounts on the Git host stand in "GitAccount", by the host's own number.
ALTER TABLE "User" DROP COLUMN "gitLogin";
