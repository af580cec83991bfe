// SPDX-License-Identifier: BSD-2-Clause
#include "base/num.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#define NS_PER_MS    1000000
#define NS_PER_S     1000000000ULL
#define DURATION_MAX (365 * 86400 * NS_PER_S)

/* Digits from *p on, at least one; moves *p behind them. False: none, or they do not fit. */
static bool take_digits(const char **p, uint64_t *out)
{
	uint64_t value = 0;

	if (!isdigit((unsigned char)**p))
		return false;
	for (; isdigit((unsigned char)**p); (*p)++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, **p - '0', &value))
			return false;
	*out = value;
	return true;
}

int num_parse(const char *text, const char *what, uint64_t max, uint64_t *out, struct err *err)
{
	const char *p = text;
	uint64_t value;

	if (!isdigit((unsigned char)*p) || p[strspn(p, "0123456789")])
		return err_set(err, -EINVAL, "%s '%s' is not a number", what, text);
	if (!take_digits(&p, &value) || value > max)
		return err_set(err, -ERANGE, "%s %s is above %" PRIu64, what, text, max);
	*out = value;
	return 0;
}

/* The unit whose name begins at *p, in ns; moves *p behind it. 0: none. */
static uint64_t take_unit(const char **p)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{"d", 86400 * NS_PER_S}, {"h", 3600 * NS_PER_S}, {"m", 60 * NS_PER_S},
		{"s", NS_PER_S},         {"ms", NS_PER_MS},
	};
	const size_t len = strcspn(*p, "0123456789");

	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		if (strlen(units[i].name) != len || strncmp(units[i].name, *p, len))
			continue;
		*p += len;
		return units[i].ns;
	}
	return 0;
}

int num_parse_duration(const char *text, uint64_t *ns, struct err *err)
{
	uint64_t total = 0, value, unit, last = UINT64_MAX;
	const char *p = text;

	while (take_digits(&p, &value)) {
		/* only a number alone may go without its unit: is 1h30 minutes or seconds? */
		unit = *p ? take_unit(&p) : last == UINT64_MAX ? NS_PER_S : 0;
		/* units come once each, from the largest on */
		if (!unit || unit >= last || value > DURATION_MAX / unit)
			break;
		total += value * unit;
		last = unit;
		if (*p)
			continue;
		if (!total || total > DURATION_MAX)
			break;
		*ns = total;
		return 0;
	}
	return err_set(err, -EINVAL,
		       "'%s' is not a duration: say for instance 90s, 5m, 1h30m or 500ms (at most 365d)",
		       text);
}

int num_parse_size(const char *text, const char *what, uint64_t max, uint64_t *bytes,
		   struct err *err)
{
	static const char units[] = "kmg";
	const char *p = text, *unit, *end = text + strspn(text, "0123456789");
	uint64_t value;
	int shift = 0;

	unit = *end ? strchr(units, tolower((unsigned char)*end)) : NULL;
	if (unit) {
		shift = 10 * (int)(unit - units + 1);
		end++;
	}
	if (!isdigit((unsigned char)*text) || *end)
		return err_set(err, -EINVAL, "%s '%s' is not a size: say for instance 64k or 1m",
			       what, text);
	if (!take_digits(&p, &value) || value > max >> shift)
		return err_set(err, -ERANGE, "%s %s is above %" PRIu64 " bytes", what, text, max);
	*bytes = value << shift;
	return 0;
}

int num_parse_version(const char *text, unsigned int *major, unsigned int *minor)
{
	const char *p = text;
	uint64_t numbers[2];

	for (size_t i = 0; i < 2; i++) {
		if (!isdigit((unsigned char)*p) || !take_digits(&p, &numbers[i]) ||
		    numbers[i] > UINT16_MAX || (!i && *p++ != '.'))
			return -EINVAL;
	}
	*major = (unsigned int)numbers[0];
	*minor = (unsigned int)numbers[1];
	return 0;
}

void num_format_duration(uint64_t ns, char *text, size_t size)
{
	uint64_t s = ns / NS_PER_S;

	if (ns < NS_PER_S)
		snprintf(text, size, "%" PRIu64 " ms", ns / NS_PER_MS);
	else if (s < 60)
		snprintf(text, size, "%" PRIu64 ".%" PRIu64 " s", s,
			 (uint64_t)(ns / (NS_PER_S / 10) % 10));
	else if (s < 3600)
		snprintf(text, size, "%" PRIu64 "m%02" PRIu64 "s", s / 60, s % 60);
	else
		snprintf(text, size, "%" PRIu64 "h%02" PRIu64 "m", s / 3600, s / 60 % 60);
}
