# shellcheck shell=bash
# SPDX-License-Identifier: BSD-2-Clause
#
# Calls with known arguments, for tests/programs/arguments: at least one of each call that whittle knows arguments of, what a
# recording says of them, and their neighbours, with one thing changed in each. None does any harm, to root either.
# shellcheck disable=SC2034,SC2206

bad=0xffffffff
calls=(
    mmap:0:4096:4                                                # PROT_EXEC
    mprotect:0:4096:4                                            # PROT_EXEC
    ioctl:$bad:0x5401 ioctl:$bad:0x5413                          # TCGETS TIOCGWINSZ
    madvise:0:0:3 madvise:0:0:4                                  # WILLNEED DONTNEED
    shmat:$bad:0:0x1000                                          # SHM_RDONLY
    socket:2:1 socket:1:0x80802:0                                # AF_INET STREAM; AF_UNIX DGRAM, two bits of noise
    socketpair:1:1                                               # AF_UNIX STREAM
    setsockopt:$bad:1:2 setsockopt:$bad:6:1                      # SOL_SOCKET SO_REUSEADDR; SOL_TCP TCP_NODELAY
    getsockopt:$bad:1:4                                          # SO_ERROR
    clone:0x11 clone:0x04000011                                  # SIGCHLD; CLONE_NEWUTS
    kill:0x7ffffff0:0 kill:0x7ffffff0:15                         # 0 and SIGTERM
    fcntl:$bad:1 fcntl:0xabcd0000ffffffff:0xabcd000000000003     # F_GETFD; F_GETFL with garbage in the upper halves
    ptrace:2:0x7ffffff0                                          # PEEKDATA
    syslog:10                                                    # SIZE_BUFFER
    rt_sigqueueinfo:0x7ffffff0:10:0                              # SIGUSR1
    personality:$bad                                             # asks
    prctl:3 prctl:21                                             # GET_DUMPABLE GET_SECCOMP
    setrlimit:7:0                                                # RLIMIT_NOFILE
    mount:0:0:0:0x1000 mount:0:0:0:0x5000                        # MS_BIND, MS_BIND|MS_REC
    umount2:0:2                                                  # MNT_DETACH
    reboot:0:0:0x1234567                                         # without its magic numbers
    quotactl:0x800003:0                                          # Q_GETFMT
    tkill:0x7ffffff0:10                                          # SIGUSR1
    futex:0:1 futex:0:129                                        # WAKE, with and without noise
    epoll_ctl:$bad:1:$bad:0                                      # ADD
    tgkill:1:0x7ffffff0:10                                       # SIGUSR1
    keyctl:11:0x7ffffff0                                         # READ
    unshare:0x04000000                                           # CLONE_NEWUTS
    rt_tgsigqueueinfo:1:0x7ffffff0:10:0                          # SIGUSR1
    perf_event_open:0:0:0:0:8                                    # PERF_FLAG_FD_CLOEXEC
    prlimit64:0:7:0:0                                            # RLIMIT_NOFILE
    setns:$bad:0x40000000                                        # CLONE_NEWNET
    seccomp:2:0:0                                                # GET_ACTION_AVAIL
    memfd_create:0:2 memfd_create:0:3                            # ALLOW_SEALING, and CLOEXEC
    bpf:1                                                        # MAP_LOOKUP_ELEM
    userfaultfd:1                                                # UFFD_USER_MODE_ONLY
    membarrier:0                                                 # QUERY
    pkey_mprotect:0:0:4:0                                        # PROT_EXEC
    pidfd_send_signal:$bad:10:0:0                                # SIGUSR1
    quotactl_fd:$bad:0x80000700
)
texts() {
    [ "$(uname -m)" != x86_64 ] || echo 'arch_prctl(ARCH_GET_GS)'
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
neighbours=(
    mmap:0:4096:6 mmap:0:4096:2 mprotect:0:4096:6 mprotect:0:4096:2 ioctl:$bad:0x5402 ioctl:$bad:0x5412 madvise:0:0:5 madvise:0:0:12 shmat:$bad:0:0
    shmat:$bad:0:0x9000 socket:10:1 socket:2:2 socket:1:1 socket:2:1:132 socket:2:3 socketpair:2:1 setsockopt:$bad:1:1 setsockopt:$bad:6:2
    setsockopt:$bad:41:2 getsockopt:$bad:1:3 clone:0x40000011 clone:0x24000011 kill:0x7ffffff0:9 kill:0x7ffffff0:7 fcntl:$bad:2 fcntl:$bad:0
    fcntl:$bad:5 ptrace:3:0x7ffffff0 ptrace:16:0x7ffffff0 syslog:9 rt_sigqueueinfo:0x7ffffff0:12:0 personality:0 personality:0x0040000 prctl:4
    prctl:22 prctl:5 setrlimit:0:0 setrlimit:8:0 mount:0:0:0:0 mount:0:0:0:0x1001 mount:0:0:0:0x4000 umount2:0:3 umount2:0:0 reboot:0:0:0x1234566
    reboot:0:0:0 quotactl:0x800002:0 tkill:0x7ffffff0:12 futex:0:3 futex:0:0 epoll_ctl:$bad:2:$bad:0 tgkill:1:0x7ffffff0:11 keyctl:10:0x7ffffff0
    keyctl:0 unshare:0x08000000 unshare:0x0c000000 rt_tgsigqueueinfo:1:0x7ffffff0:12:0 perf_event_open:0:0:0:0:0 perf_event_open:0:0:0:0:9
    prlimit64:0:8:0:0 prlimit64:0:0:0:0 setns:$bad:0 setns:$bad:0x20000000 seccomp:3:0:0 seccomp:2:1:0 memfd_create:0:0 memfd_create:0:4 bpf:0 bpf:5
    userfaultfd:0 userfaultfd:3 membarrier:1 membarrier:16 pkey_mprotect:0:0:2:0 pkey_mprotect:0:0:6:0 pidfd_send_signal:$bad:12:0:0
    pidfd_send_signal:$bad:10:0:1 quotactl_fd:$bad:0x80000800
)
if [ "$(uname -m)" = x86_64 ]; then
    calls+=(arch_prctl:0x1004:0) # ARCH_GET_GS
    neighbours+=(arch_prctl:0x1001:0 arch_prctl:0x1003:0)
fi
