/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Words that several CPUs change at once. Linux 5.12 lets programs exchange values; those of tracer_5_10.bpf.o, which is this source
 * with LINUX_5_10 defined, are for kernels where they can only add. __sync_fetch_and_add() is for additions whose result nobody
 * looks at, which all kernels can.
 */
#ifndef WHITTLE_ATOMIC_BPF_H
#define WHITTLE_ATOMIC_BPF_H

#ifdef LINUX_5_10

/*
 * Whoever finds `old` adds the difference and has made the exchange if `new` is there afterwards; if not, others were as fast, and it takes the
 * difference away again. So at most one of them has made it. Two at once may both fail, and others may see a wrong value
 * for as long as that takes, some nanoseconds: what may be lost by that is a call of a process that was being told apart.
 */
#define compare_exchange(at, old, new)                                                             \
	({                                                                                         \
		volatile typeof(*(at)) *at_ = (at);                                                \
		typeof(*(at)) old_ = (old), more_ = (new) - old_, was_ = *at_;                     \
                                                                                                   \
		if (was_ == old_) {                                                                \
			__sync_fetch_and_add(at_, more_);                                          \
			was_ = *at_ - more_;                                                       \
			if (was_ != old_)                                                          \
				__sync_fetch_and_add(at_, -more_);                                 \
		}                                                                                  \
		was_;                                                                              \
	})

/* What was there before. */
#define fetch_add(at, n)                                                                           \
	({                                                                                         \
		typeof(*(at)) found_ = 0;                                                          \
                                                                                                   \
		for (int i_ = 0; i_ < 8; i_++) {                                                   \
			found_ = *(volatile typeof(*(at)) *)(at);                                  \
			if (compare_exchange(at, found_, found_ + (n)) == found_)                  \
				break;                                                             \
		}                                                                                  \
		found_;                                                                            \
	})

#else
#define compare_exchange __sync_val_compare_and_swap
#define fetch_add        __sync_fetch_and_add
#endif

#endif
