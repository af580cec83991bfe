# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Calls with known arguments, for tests/programs/arguments on x86-64: at least one of each call that whittle knows arguments of, what a
# recording says of them, and their neighbours, with one thing changed in each. None does any harm, to root either.
# shellcheck disable=SC2034,SC2206

bad=0xffffffff
# in the order of the recording
calls=(9:0:4096:4                    # mmap PROT_EXEC
    10:0:4096:4                      # mprotect PROT_EXEC
    16:$bad:0x5401 16:$bad:0x5413    # ioctl TCGETS TIOCGWINSZ
    28:0:0:3 28:0:0:4                # madvise WILLNEED DONTNEED
    30:$bad:0:0x1000                 # shmat SHM_RDONLY
    41:2:1 41:1:0x80802:0            # socket AF_INET STREAM; AF_UNIX DGRAM, two bits of noise
    53:1:1                           # socketpair AF_UNIX STREAM
    54:$bad:1:2 54:$bad:6:1          # setsockopt SOL_SOCKET SO_REUSEADDR; SOL_TCP TCP_NODELAY
    55:$bad:1:4                      # getsockopt SO_ERROR
    56:0x11 56:0x04000011            # clone SIGCHLD; CLONE_NEWUTS
    62:0x7ffffff0:0 62:0x7ffffff0:15 # kill 0 and SIGTERM
    72:$bad:1 72:0xabcd0000ffffffff:0xabcd000000000003 # fcntl F_GETFD; F_GETFL with garbage in the upper halves
    101:2:0x7ffffff0                 # ptrace PEEKDATA
    103:10                           # syslog SIZE_BUFFER
    129:0x7ffffff0:10:0              # rt_sigqueueinfo SIGUSR1
    135:$bad                         # personality, asks
    157:3 157:21                     # prctl GET_DUMPABLE GET_SECCOMP
    158:0x1004:0                     # arch_prctl ARCH_GET_GS
    160:7:0                          # setrlimit RLIMIT_NOFILE
    165:0:0:0:0x1000 165:0:0:0:0x5000 # mount MS_BIND, MS_BIND|MS_REC
    166:0:2                          # umount2 MNT_DETACH
    169:0:0:0x1234567                # reboot, without its magic numbers
    179:0x800003:0                   # quotactl Q_GETFMT
    200:0x7ffffff0:10                # tkill SIGUSR1
    202:0:1 202:0:129                # futex WAKE, with and without noise
    233:$bad:1:$bad:0                # epoll_ctl ADD
    234:1:0x7ffffff0:10              # tgkill SIGUSR1
    250:11:0x7ffffff0                # keyctl READ
    272:0x04000000                   # unshare CLONE_NEWUTS
    297:1:0x7ffffff0:10:0            # rt_tgsigqueueinfo SIGUSR1
    298:0:0:0:0:8                    # perf_event_open PERF_FLAG_FD_CLOEXEC
    302:0:7:0:0                      # prlimit64 RLIMIT_NOFILE
    308:$bad:0x40000000              # setns CLONE_NEWNET
    317:2:0:0                        # seccomp GET_ACTION_AVAIL
    319:0:2 319:0:3                  # memfd_create ALLOW_SEALING, and CLOEXEC
    321:1                            # bpf MAP_LOOKUP_ELEM
    323:1                            # userfaultfd UFFD_USER_MODE_ONLY
    324:0                            # membarrier QUERY
    329:0:0:4:0                      # pkey_mprotect PROT_EXEC
    424:$bad:10:0:0                  # pidfd_send_signal SIGUSR1
    443:$bad:0x80000700)             # quotactl_fd
texts() {
    cat <<'END'
mmap(*, *, PROT_EXEC)
mprotect(*, *, PROT_EXEC)
ioctl(*, TCGETS)
ioctl(*, TIOCGWINSZ)
madvise(*, *, MADV_WILLNEED)
madvise(*, *, MADV_DONTNEED)
shmat(*, *, SHM_RDONLY)
socket(AF_INET, SOCK_STREAM, 0)
socket(AF_UNIX, SOCK_DGRAM, 0)
socketpair(AF_UNIX, SOCK_STREAM, 0)
setsockopt(*, SOL_SOCKET, 2)
setsockopt(*, SOL_TCP, 1)
getsockopt(*, SOL_SOCKET, 4)
clone(0)
clone(CLONE_NEWUTS)
kill(*, 0)
kill(*, SIGTERM)
fcntl(*, F_GETFD)
fcntl(*, F_GETFL)
ptrace(PTRACE_PEEKDATA)
syslog(0xa)
rt_sigqueueinfo(*, SIGUSR1)
personality(0xffffffff)
prctl(PR_GET_DUMPABLE)
prctl(PR_GET_SECCOMP)
arch_prctl(ARCH_GET_GS)
setrlimit(RLIMIT_NOFILE)
mount(*, *, *, MS_BIND)
mount(*, *, *, MS_BIND|MS_REC)
umount2(*, MNT_DETACH)
reboot(*, *, 0x1234567)
quotactl(0x800003)
tkill(*, SIGUSR1)
futex(*, FUTEX_WAKE)
epoll_ctl(*, EPOLL_CTL_ADD)
tgkill(*, *, SIGUSR1)
keyctl(KEYCTL_READ)
unshare(CLONE_NEWUTS)
rt_tgsigqueueinfo(*, *, SIGUSR1)
perf_event_open(*, *, *, *, 0x8)
prlimit64(*, RLIMIT_NOFILE)
setns(*, CLONE_NEWNET)
seccomp(SECCOMP_GET_ACTION_AVAIL, 0)
memfd_create(*, MFD_ALLOW_SEALING)
memfd_create(*, MFD_CLOEXEC|MFD_ALLOW_SEALING)
bpf(BPF_MAP_LOOKUP_ELEM)
userfaultfd(0x1)
membarrier(0)
pkey_mprotect(*, *, PROT_EXEC)
pidfd_send_signal(*, SIGUSR1, *, 0)
quotactl_fd(*, 0x80000700)
END
}
neighbours=(9:0:4096:6 9:0:4096:2 10:0:4096:6 10:0:4096:2 16:$bad:0x5402 16:$bad:0x5412 28:0:0:5 28:0:0:12 30:$bad:0:0 30:$bad:0:0x9000 41:10:1
    41:2:2 41:1:1 41:2:1:132 41:2:3 53:2:1 54:$bad:1:1 54:$bad:6:2 54:$bad:41:2 55:$bad:1:3 56:0x40000011 56:0x24000011 62:0x7ffffff0:9
    62:0x7ffffff0:7 72:$bad:2 72:$bad:0 72:$bad:5 101:3:0x7ffffff0 101:16:0x7ffffff0 103:9 129:0x7ffffff0:12:0 135:0 135:0x0040000 157:4 157:22
    157:5 158:0x1001:0 158:0x1003:0 160:0:0 160:8:0 165:0:0:0:0 165:0:0:0:0x1001 165:0:0:0:0x4000 166:0:3 166:0:0 169:0:0:0x1234566 169:0:0:0
    179:0x800002:0 200:0x7ffffff0:12 202:0:3 202:0:0 233:$bad:2:$bad:0 234:1:0x7ffffff0:11 250:10:0x7ffffff0 250:0 272:0x08000000 272:0x0c000000
    297:1:0x7ffffff0:12:0 298:0:0:0:0:0 298:0:0:0:0:9 302:0:8:0:0 302:0:0:0:0 308:$bad:0 308:$bad:0x20000000 317:3:0:0 317:2:1:0 319:0:0 319:0:4
    321:0 321:5 323:0 323:3 324:1 324:16 329:0:0:2:0 329:0:0:6:0 424:$bad:12:0:0 424:$bad:10:0:1 443:$bad:0x80000800)
