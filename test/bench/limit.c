/*
 * The least that a server on this kernel can do: `limit PORT FILE` answers whatever it reads with the octets of FILE, parses
 * nothing and looks at nothing. One thread, one epoll, one read and one write per request.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static char answer[1 << 20];
static char request[1 << 16];

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void watch(int loop, int socket) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = socket};
  if (epoll_ctl(loop, EPOLL_CTL_ADD, socket, &event) < 0) fail("epoll_ctl");
}

static void take(int loop, int listener) {
  int one = 1;
  int socket = accept(listener, NULL, NULL);
  if (socket < 0) return;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
  watch(loop, socket);
}

static void serve(int socket, size_t length) {
  if (read(socket, request, sizeof request) <= 0) {
    close(socket);
    return;
  }
  for (size_t sent = 0; sent < length;) {
    ssize_t count = write(socket, answer + sent, length - sent);
    if (count <= 0) {
      close(socket);
      return;
    }
    sent += (size_t)count;
  }
}

int main(int count, char **words) {
  if (count != 3) return 2;
  int file = open(words[2], O_RDONLY);
  if (file < 0) fail(words[2]);
  ssize_t length = read(file, answer, sizeof answer);
  if (length <= 0) fail(words[2]);

  int one = 1;
  int listener = socket(AF_INET, SOCK_STREAM, 0);
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in here = {.sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(words[1]))};
  here.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(listener, (struct sockaddr *)&here, sizeof here) < 0 || listen(listener, 511) < 0) fail("listen");

  int loop = epoll_create1(0);
  watch(loop, listener);
  for (struct epoll_event events[256];;) {
    int ready = epoll_wait(loop, events, 256, -1);
    for (int i = 0; i < ready; i++) {
      if (events[i].data.fd == listener) take(loop, listener);
      else serve(events[i].data.fd, (size_t)length);
    }
  }
}
