// SPDX-License-Identifier: GPL-2.0
/*
 * A bench for the emulated guest: an I2C adapter whose chips and a GPIO controller whose wires are set from user space,
 * so that the kernel's own i2c-dev and GPIO character device stand between a program and what it believes to be hardware.
 *
 *   echo "chip 44 2400 6666931a" > bench   chip 0x44 answers a read after the write 24 00 with these bytes
 *   echo "gone 44"               > bench   nothing is at 0x44 any more
 *   echo "stuck 44"              > bench   the bus hangs when 0x44 is spoken to
 *   echo "wire 3 1"              > bench   the outside drives GPIO line 3 high
 *   cat bench                              what was written to chips, and where each output line stood, in order
 */
#include <linux/debugfs.h>
#include <linux/gpio/driver.h>
#include <linux/i2c.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#define MOST_REPLIES 64
#define MOST_BYTES 16
#define LINES 8
#define LOG_BYTES 16384

struct reply {
	u8 address, after_len, bytes_len;
	u8 after[MOST_BYTES], bytes[MOST_BYTES];
};

static struct reply replies[MOST_REPLIES];
static bool stuck[128];
static u8 last[128][MOST_BYTES], last_len[128];
static u8 wires, outputs, levels;
static char *told;
static size_t told_len;
static DEFINE_MUTEX(lock);
static struct dentry *file;

static void tell(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	told_len += vscnprintf(told + told_len, LOG_BYTES - told_len, format, args);
	va_end(args);
}

static bool is_there(u8 address)
{
	int at;

	for (at = 0; at < MOST_REPLIES; at++)
		if (replies[at].bytes_len && replies[at].address == address)
			return true;
	return false;
}

static struct reply *reply_of(u8 address, const u8 *after, u8 len, bool may_add)
{
	struct reply *empty = NULL;
	int at;

	for (at = 0; at < MOST_REPLIES; at++) {
		struct reply *reply = &replies[at];

		if (!reply->bytes_len)
			empty = empty ?: reply;
		else if (reply->address == address && reply->after_len == len && !memcmp(reply->after, after, len))
			return reply;
	}
	return may_add ? empty : NULL;
}

static int transfer_one(const struct i2c_msg *msg)
{
	u8 address = msg->addr;
	struct reply *reply;

	if (stuck[address])
		return -ETIMEDOUT;
	if (!is_there(address))
		return -ENXIO;
	if (msg->len > MOST_BYTES)
		return -EINVAL;
	if (!(msg->flags & I2C_M_RD)) {
		memcpy(last[address], msg->buf, msg->len);
		last_len[address] = msg->len;
		tell("i2c %02x %*phN\n", address, msg->len, msg->buf);
		return 0;
	}
	reply = reply_of(address, last[address], last_len[address], false);
	if (!reply)
		return -EIO;
	memset(msg->buf, 0xff, msg->len);
	memcpy(msg->buf, reply->bytes, min_t(size_t, msg->len, reply->bytes_len));
	return 0;
}

static int transfer(struct i2c_adapter *adapter, struct i2c_msg *msgs, int count)
{
	int at, error = 0;

	mutex_lock(&lock);
	for (at = 0; at < count && !error; at++)
		error = transfer_one(&msgs[at]);
	mutex_unlock(&lock);
	return error ?: count;
}

static u32 functionality(struct i2c_adapter *adapter)
{
	return I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL;
}

static const struct i2c_algorithm algorithm = { .master_xfer = transfer, .functionality = functionality };
static struct i2c_adapter adapter = { .owner = THIS_MODULE, .algo = &algorithm, .name = "bench", .nr = 7 };

static int direction(struct gpio_chip *chip, unsigned int line)
{
	return outputs & BIT(line) ? GPIO_LINE_DIRECTION_OUT : GPIO_LINE_DIRECTION_IN;
}

static int to_input(struct gpio_chip *chip, unsigned int line)
{
	outputs &= ~BIT(line);
	return 0;
}

static void set(struct gpio_chip *chip, unsigned int line, int value)
{
	mutex_lock(&lock);
	levels = value ? levels | BIT(line) : levels & ~BIT(line);
	tell("gpio %u %d\n", line, !!value);
	mutex_unlock(&lock);
}

static int to_output(struct gpio_chip *chip, unsigned int line, int value)
{
	outputs |= BIT(line);
	set(chip, line, value);
	return 0;
}

static int get(struct gpio_chip *chip, unsigned int line)
{
	return !!((outputs & BIT(line) ? levels : wires) & BIT(line));
}

static struct gpio_chip chip = {
	.label = "avow-bench", .owner = THIS_MODULE, .base = -1, .ngpio = LINES, .can_sleep = true,
	.get_direction = direction, .direction_input = to_input, .direction_output = to_output, .get = get, .set = set,
};

static int obey(char *line)
{
	unsigned int address, value;
	char after[2 * MOST_BYTES + 1], bytes[2 * MOST_BYTES + 1];

	if (sscanf(line, "chip %x %32s %32s", &address, after, bytes) == 3 && address < 128) {
		u8 key[MOST_BYTES], len = strlen(after) / 2;
		struct reply *reply;

		if (hex2bin(key, after, len))
			return -EINVAL;
		reply = reply_of(address, key, len, true);
		if (!reply)
			return -ENOSPC;
		reply->address = address;
		reply->after_len = len;
		memcpy(reply->after, key, len);
		reply->bytes_len = strlen(bytes) / 2;
		stuck[address] = false;
		return hex2bin(reply->bytes, bytes, reply->bytes_len);
	}
	if (sscanf(line, "gone %x", &address) == 1 && address < 128) {
		for (value = 0; value < MOST_REPLIES; value++)
			if (replies[value].address == address)
				replies[value].bytes_len = 0;
		return 0;
	}
	if (sscanf(line, "stuck %x", &address) == 1 && address < 128) {
		stuck[address] = true;
		return 0;
	}
	if (sscanf(line, "wire %u %u", &address, &value) == 2 && address < LINES) {
		wires = value ? wires | BIT(address) : wires & ~BIT(address);
		return 0;
	}
	return -EINVAL;
}

static ssize_t write(struct file *file, const char __user *text, size_t len, loff_t *at)
{
	char line[128] = "";
	int error;

	if (len >= sizeof(line) || copy_from_user(line, text, len))
		return -EINVAL;
	mutex_lock(&lock);
	error = obey(line);
	mutex_unlock(&lock);
	return error ?: len;
}

static ssize_t read(struct file *file, char __user *text, size_t len, loff_t *at)
{
	return simple_read_from_buffer(text, len, at, told, told_len);
}

static const struct file_operations operations = { .owner = THIS_MODULE, .read = read, .write = write };

static int __init begin(void)
{
	int error;

	told = kzalloc(LOG_BYTES, GFP_KERNEL);
	if (!told)
		return -ENOMEM;
	error = i2c_add_numbered_adapter(&adapter);
	if (error)
		goto no_adapter;
	error = gpiochip_add_data(&chip, NULL);
	if (error)
		goto no_chip;
	file = debugfs_create_file("bench", 0600, NULL, NULL, &operations);
	return 0;
no_chip:
	i2c_del_adapter(&adapter);
no_adapter:
	kfree(told);
	return error;
}

static void __exit end(void)
{
	debugfs_remove(file);
	gpiochip_remove(&chip);
	i2c_del_adapter(&adapter);
	kfree(told);
}

module_init(begin);
module_exit(end);
MODULE_DESCRIPTION("An I2C adapter and a GPIO controller that are set from user space");
MODULE_LICENSE("GPL");
