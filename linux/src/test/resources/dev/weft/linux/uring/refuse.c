/*
 * Preloaded (LD_PRELOAD): from now on the kernel refuses this process the system call that WEFT_REFUSED numbers, with the errno that
 * WEFT_ERRNO numbers, as a container's seccomp profile does: seccomp(2). Where even that is refused, it says so and ends the process.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>

__attribute__((constructor)) static void refuse(void) {
    const char *call = getenv("WEFT_REFUSED");
    const char *number = getenv("WEFT_ERRNO");
    if (call == NULL || number == NULL) {
        return;
    }
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned) atoi(call), 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ((unsigned) atoi(number) & SECCOMP_RET_DATA)),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof rules / sizeof *rules, rules};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 || prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) {
        printf("no seccomp: %s\n", strerror(errno));
        fflush(stdout);
        _Exit(0);
    }
}
