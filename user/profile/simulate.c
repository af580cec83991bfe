// SPDX-License-Identifier: BSD-2-Clause
#include "profile/simulate.h"

#include <byteswap.h>
#include <errno.h>
#include <string.h>

void filter_clear(struct filter *filter)
{
	free(filter->code);
	*filter = (struct filter){0};
}

void filter_swap(struct filter *filter)
{
	for (size_t i = 0; i < filter->len; i++) {
		filter->code[i].code = bswap_16(filter->code[i].code);
		filter->code[i].k = bswap_32(filter->code[i].k);
	}
}

static bool alu_is_known(const struct sock_filter *i)
{
	switch (BPF_OP(i->code)) {
	case BPF_ADD:
	case BPF_SUB:
	case BPF_MUL:
	case BPF_AND:
	case BPF_OR:
	case BPF_XOR:
		return true;
	case BPF_NEG:
		return BPF_SRC(i->code) == BPF_K;
	case BPF_DIV: /* a zero in X is found when it runs */
		return BPF_SRC(i->code) == BPF_X || i->k;
	case BPF_LSH:
	case BPF_RSH:
		return BPF_SRC(i->code) == BPF_X || i->k < 32;
	default:
		return false;
	}
}

static bool jump_is_inside(const struct sock_filter *i, size_t left)
{
	switch (BPF_OP(i->code)) {
	case BPF_JA:
		return BPF_SRC(i->code) == BPF_K && i->k < left;
	case BPF_JEQ:
	case BPF_JGE:
	case BPF_JGT:
	case BPF_JSET:
		return i->jt < left && i->jf < left;
	default:
		return false;
	}
}

static bool load_is_known(const struct sock_filter *i)
{
	switch (i->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		return i->k % 4 == 0 && i->k < sizeof(struct seccomp_data);
	case BPF_LD | BPF_IMM:
	case BPF_LDX | BPF_IMM:
	case BPF_LD | BPF_W | BPF_LEN:
	case BPF_LDX | BPF_W | BPF_LEN:
		return true;
	case BPF_LD | BPF_MEM:
	case BPF_LDX | BPF_MEM:
	case BPF_ST:
	case BPF_STX:
		return i->k < BPF_MEMWORDS;
	default:
		return false;
	}
}

/* `left`: the instructions behind this one. */
static bool is_known(const struct sock_filter *i, size_t left)
{
	if (i->code > 0xff)
		return false;
	switch (BPF_CLASS(i->code)) {
	case BPF_LD:
	case BPF_LDX:
	case BPF_ST:
	case BPF_STX:
		return load_is_known(i);
	case BPF_ALU:
		return alu_is_known(i);
	case BPF_JMP:
		return jump_is_inside(i, left);
	case BPF_RET:
		return i->code == (BPF_RET | BPF_K) || i->code == (BPF_RET | BPF_A);
	default:
		return i->code == (BPF_MISC | BPF_TAX) || i->code == (BPF_MISC | BPF_TXA);
	}
}

/*
 * Is each memory word written on every way to where it is read? As the kernel's check_load_and_stores(): jumps go
 * forward only, so one pass is enough. A filter from outside may read what nothing has written otherwise.
 */
static int check_memory(const struct filter *filter, struct err *err)
{
	uint16_t *own_ptr masks = malloc(filter->len * sizeof(*masks));
	uint16_t written = 0;

	if (!masks)
		return err_errno(err, -ENOMEM, "cannot check the filter");
	memset(masks, 0xff, filter->len * sizeof(*masks));
	for (size_t pc = 0; pc < filter->len; pc++) {
		const struct sock_filter *i = &filter->code[pc];

		written &= masks[pc];
		switch (BPF_CLASS(i->code)) {
		case BPF_ST:
		case BPF_STX:
			written |= 1U << i->k;
			break;
		case BPF_LD:
		case BPF_LDX:
			if (BPF_MODE(i->code) == BPF_MEM && !(written & 1U << i->k))
				return err_set(err, -EINVAL,
					       "instruction %zu reads memory that may not be written",
					       pc);
			break;
		case BPF_JMP:
			if (BPF_OP(i->code) == BPF_JA) {
				masks[pc + 1 + i->k] &= written;
			} else {
				masks[pc + 1 + i->jt] &= written;
				masks[pc + 1 + i->jf] &= written;
			}
			written = UINT16_MAX;
			break;
		}
	}
	return 0;
}

int filter_check(const struct filter *filter, struct err *err)
{
	if (filter->len > BPF_MAXINSNS)
		return err_set(err, -E2BIG, "the filter has %zu instructions, the kernel takes %d",
			       filter->len, BPF_MAXINSNS);
	if (!filter->len || BPF_CLASS(filter->code[filter->len - 1].code) != BPF_RET)
		return err_set(err, -EINVAL, "the filter does not end in a return");
	for (size_t pc = 0; pc < filter->len; pc++)
		if (!is_known(&filter->code[pc], filter->len - 1 - pc))
			return err_set(err, -EINVAL, "instruction %zu is not one for seccomp", pc);
	return check_memory(filter, err);
}

static bool jumps(uint16_t code, uint32_t a, uint32_t with)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return a == with;
	case BPF_JGT:
		return a > with;
	case BPF_JGE:
		return a >= with;
	default:
		return a & with;
	}
}

/* The kernel's 32-bit shifts take the low five bits of the distance. */
static uint32_t calculate(uint16_t code, uint32_t a, uint32_t with)
{
	switch (BPF_OP(code)) {
	case BPF_ADD:
		return a + with;
	case BPF_SUB:
		return a - with;
	case BPF_MUL:
		return a * with;
	case BPF_DIV:
		return a / with;
	case BPF_AND:
		return a & with;
	case BPF_OR:
		return a | with;
	case BPF_XOR:
		return a ^ with;
	case BPF_LSH:
		return a << (with & 31);
	case BPF_RSH:
		return a >> (with & 31);
	default:
		return -a;
	}
}

/* The number and the architecture are words; what follows are pairs of them, whose order is the machine's. */
static uint32_t load_data(const struct seccomp_data *data, uint32_t offset, bool is_foreign)
{
	uint32_t value;

	if (is_foreign && offset >= offsetof(struct seccomp_data, instruction_pointer))
		offset ^= sizeof(value);
	memcpy(&value, (const char *)data + offset, sizeof(value));
	return value;
}

static uint32_t load(const struct filter *filter, const struct sock_filter *i,
		     const struct seccomp_data *data, const uint32_t *memory)
{
	switch (BPF_MODE(i->code)) {
	case BPF_ABS:
		return load_data(data, i->k, filter->is_foreign);
	case BPF_MEM:
		return memory[i->k];
	case BPF_LEN:
		return sizeof(*data);
	default:
		return i->k;
	}
}

uint32_t filter_run(const struct filter *filter, const struct seccomp_data *data)
{
	uint32_t a = 0, x = 0, memory[BPF_MEMWORDS] = {0};

	for (size_t pc = 0; pc < filter->len; pc++) {
		const struct sock_filter *i = &filter->code[pc];
		uint32_t with = BPF_SRC(i->code) == BPF_X ? x : i->k;

		switch (BPF_CLASS(i->code)) {
		case BPF_LD:
			a = load(filter, i, data, memory);
			break;
		case BPF_LDX:
			x = load(filter, i, data, memory);
			break;
		case BPF_ST:
			memory[i->k] = a;
			break;
		case BPF_STX:
			memory[i->k] = x;
			break;
		case BPF_ALU:
			if (BPF_OP(i->code) == BPF_DIV && !with)
				return SECCOMP_RET_KILL_THREAD; /* the kernel ends with 0 */
			a = calculate(i->code, a, with);
			break;
		case BPF_JMP:
			if (BPF_OP(i->code) == BPF_JA)
				pc += i->k;
			else
				pc += jumps(i->code, a, with) ? i->jt : i->jf;
			break;
		case BPF_RET:
			return BPF_RVAL(i->code) == BPF_A ? a : i->k;
		default:
			if (BPF_MISCOP(i->code) == BPF_TAX)
				x = a;
			else
				a = x;
		}
	}
	return SECCOMP_RET_KILL_PROCESS; /* a checked filter does not come here */
}
