// The peer of callboard's benchmarks: the centrifuge library with its memory broker, as an application would wire it.
// HS256 tokens are checked, history and recovery are on, every user may subscribe and publish. It keeps nothing on disk.
package main

import (
	"context"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"github.com/centrifugal/centrifuge"
	"github.com/golang-jwt/jwt/v5"
)

// history_size publications a channel are kept for history_ttl: more than any benchmark publishes, so recovery never ends short.
const (
	historySize = 4_000_000
	historyTTL  = time.Hour
)

// printTokens writes count tokens for the users 1..count to standard output, one a line.
func printTokens(count int, secret []byte) error {
	for user := 1; user <= count; user++ {
		claims := jwt.RegisteredClaims{Subject: strconv.Itoa(user), ExpiresAt: jwt.NewNumericDate(time.Now().Add(24 * time.Hour))}
		token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, claims).SignedString(secret)
		if err != nil {
			return err
		}
		fmt.Println(token)
	}
	return nil
}

// verifier answers the user a token names; the signature and the expiry are checked, only HS256 is accepted.
func verifier(secret []byte) func(string) (string, time.Time, error) {
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"HS256"}), jwt.WithExpirationRequired())
	return func(text string) (string, time.Time, error) {
		var claims jwt.RegisteredClaims
		if _, err := parser.ParseWithClaims(text, &claims, func(*jwt.Token) (any, error) { return secret, nil }); err != nil {
			return "", time.Time{}, err
		}
		return claims.Subject, claims.ExpiresAt.Time, nil
	}
}

func serve(listen string, secret []byte, writeDelay time.Duration) error {
	node, err := centrifuge.New(centrifuge.Config{LogLevel: centrifuge.LogLevelError,
		LogHandler: func(entry centrifuge.LogEntry) { log.Println(entry.Message, entry.Fields) }})
	if err != nil {
		return err
	}
	verify := verifier(secret)
	node.OnConnecting(func(_ context.Context, event centrifuge.ConnectEvent) (centrifuge.ConnectReply, error) {
		user, expires, err := verify(event.Token)
		if err != nil {
			return centrifuge.ConnectReply{}, centrifuge.DisconnectInvalidToken
		}
		return centrifuge.ConnectReply{Credentials: &centrifuge.Credentials{UserID: user, ExpireAt: expires.Unix()},
			WriteDelay:    writeDelay,
			Subscriptions: map[string]centrifuge.SubscribeOptions{"user:" + user: {EnableRecovery: true}}}, nil
	})
	node.OnConnect(func(client *centrifuge.Client) {
		client.OnSubscribe(func(_ centrifuge.SubscribeEvent, done centrifuge.SubscribeCallback) {
			done(centrifuge.SubscribeReply{Options: centrifuge.SubscribeOptions{EnableRecovery: true}}, nil)
		})
		client.OnPublish(func(event centrifuge.PublishEvent, done centrifuge.PublishCallback) {
			result, err := node.Publish(event.Channel, event.Data, centrifuge.WithHistory(historySize, historyTTL),
				centrifuge.WithClientInfo(event.ClientInfo))
			done(centrifuge.PublishReply{Result: &result}, err)
		})
		client.OnHistory(func(_ centrifuge.HistoryEvent, done centrifuge.HistoryCallback) {
			done(centrifuge.HistoryReply{}, nil)
		})
	})
	if err := node.Run(); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", listen)
	if err != nil {
		return err
	}
	mux := http.NewServeMux()
	mux.Handle("/connection/websocket", centrifuge.NewWebsocketHandler(node, centrifuge.WebsocketConfig{}))
	mux.HandleFunc("/readyz", func(http.ResponseWriter, *http.Request) {})
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	go func() { <-stop; os.Exit(0) }()
	fmt.Printf("ws://%s/connection/websocket\n", listener.Addr())
	return (&http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}).Serve(listener)
}

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address to listen on; the one taken is printed")
	secret := flag.String("secret", "a secret of the benchmarks, 32 bytes+", "key of the HS256 tokens")
	tokens := flag.Int("tokens", 0, "print this many tokens and end")
	writeDelay := flag.Duration("write-delay", 0, "let a connection's writer gather messages for so long (0: write at once)")
	flag.Parse()
	var err error
	if *tokens > 0 {
		err = printTokens(*tokens, []byte(*secret))
	} else {
		err = serve(*listen, []byte(*secret), *writeDelay)
	}
	if err != nil {
		log.Fatal(err)
	}
}
