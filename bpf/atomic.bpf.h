/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-only */
/*
 * Words that several CPUs change at once. Linux 5.12 lets programs exchange values; those of tracer_5_10.bpf.o, which is this source
 * with LINUX_5_10 defined, are for kernels where they can only add.
 */
#ifndef WHITTLE_ATOMIC_BPF_H
#define WHITTLE_ATOMIC_BPF_H

#ifdef LINUX_5_10

/* clang 19 makes of __sync_fetch_and_add() what these kernels do not know, whether the result is looked at or not. */
#define atomic_add(at, n)                                                                          \
	({                                                                                         \
		if (sizeof(*(at)) == 8)                                                            \
			asm volatile("lock *(u64 *)(%0 + 0) += %1"                                 \
				     :                                                             \
				     : "r"(at), "r"((__u64)(n))                                    \
				     : "memory");                                                  \
		else                                                                               \
			asm volatile("lock *(u32 *)(%0 + 0) += %1"                                 \
				     :                                                             \
				     : "r"(at), "w"((__u32)(n))                                    \
				     : "memory");                                                  \
	})

/*
 * Whoever finds `old` adds the difference and has made the exchange if `new` is there afterwards; if not, others were as fast, and it takes the
 * difference away again. Of several that exchange the same at most one has made it, and all may fail. Until then others see
 * a value that is neither, which must not matter to them.
 */
#define compare_exchange(at, old, new)                                                             \
	({                                                                                         \
		volatile typeof(*(at)) *at_ = (at);                                                \
		typeof(*(at)) old_ = (old), more_ = (new) - old_, was_ = *at_;                     \
                                                                                                   \
		if (was_ == old_) {                                                                \
			atomic_add(at_, more_);                                                    \
			was_ = *at_ - more_;                                                       \
			if (was_ != old_)                                                          \
				atomic_add(at_, -more_);                                           \
		}                                                                                  \
		was_;                                                                              \
	})

/* What is written before is seen by whoever sees this; `old` is there, but for what others add and take away again. */
#define atomic_publish(at, old, new) atomic_add(at, (new) - (old))

/* An addition that is seen before what is written behind it. */
#define atomic_add_before atomic_add

#else
#define atomic_add(at, n)            ((void)__sync_fetch_and_add(at, n))
#define compare_exchange             __sync_val_compare_and_swap
#define atomic_publish(at, old, new) ((void)__sync_lock_test_and_set(at, new))
/* with a result that nobody looks at it would be no barrier on arm64 */
#define atomic_add_before(at, n)                                                                   \
	({                                                                                         \
		typeof(*(at)) was_ = __sync_fetch_and_add(at, n);                                  \
                                                                                                   \
		asm volatile("" : : "r"(was_));                                                    \
	})
#endif

#endif
