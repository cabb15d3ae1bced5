/*
 * Preloaded (LD_PRELOAD) into java: sends SIGWINCH to every thread of the process but its own, one after the other, without end. The handler is
 * installed without SA_RESTART, so system calls that wait end with EINTR: signal(7). How many it has handled is counted in the file that
 * WEFT_SIGNALS names, eight bytes in the machine's order.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static volatile long *handled;

static void count(int number) {
    (void) number;
    __atomic_fetch_add(handled, 1, __ATOMIC_RELAXED);
}

static void *send_all(void *nothing) {
    (void) nothing;
    const pid_t process = getpid();
    const pid_t own = (pid_t) syscall(SYS_gettid);
    for (;;) {
        DIR *threads = opendir("/proc/self/task");
        if (threads == NULL) { /* no descriptor is free */
            usleep(1000);
            continue;
        }
        for (struct dirent *entry; (entry = readdir(threads)) != NULL;) {
            const pid_t thread = (pid_t) atoi(entry->d_name);
            if (thread > 0 && thread != own) {
                syscall(SYS_tgkill, process, thread, SIGWINCH); /* one that has ended meanwhile is no matter */
                usleep(50);
            }
        }
        closedir(threads);
    }
    return NULL;
}

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("WEFT_SIGNALS");
    /* Not in what the JDK starts processes with: it is to exec at once, which with a thread beside it may fail with EBUSY. */
    const int java = strcmp(program_invocation_short_name, "java") == 0;
    const int file = path == NULL || !java ? -1 : open(path, O_RDWR | O_CLOEXEC);
    void *counter = file < 0 ? MAP_FAILED : mmap(NULL, sizeof(long), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (counter == MAP_FAILED) {
        return; /* nothing is counted then, which the test sees */
    }
    close(file);
    handled = counter;
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = count;
    pthread_t sender;
    if (sigaction(SIGWINCH, &action, NULL) == 0) {
        sigset_t all, before;
        sigfillset(&all); /* what is sent to the process is for Java's threads */
        pthread_sigmask(SIG_SETMASK, &all, &before);
        pthread_create(&sender, NULL, send_all, NULL);
        pthread_sigmask(SIG_SETMASK, &before, NULL);
    }
}
