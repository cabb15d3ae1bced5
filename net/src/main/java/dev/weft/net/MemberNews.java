package dev.weft.net;

/** Who is told what becomes of a connection as a member of groups; from any thread. */
interface MemberNews {
    /** For connections that no server accepted: the log has to do. */
    MemberNews LOGGED = new MemberNews() {
        @Override
        public void tooSlow(Connection c, String why) {
            Log.tooSlow(c, why);
        }

        @Override
        public void undelivered() {
            // Nobody counts.
        }
    };

    /** It was dropped, as it did not take what was sent. */
    void tooSlow(Connection c, String why);

    /** Its outbox dropped a message. */
    void undelivered();
}
