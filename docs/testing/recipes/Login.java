// A login with a second factor in plain Java: java.net.http, no library, one file.
//
//   authsim demo --lab --lab-token-file lab.token          in one terminal
//   java Login.java http://127.0.0.1:8765 lab.token        in another; Java 17 or later
//
// Exit status 0: all cases went as they must.

import java.io.IOException;
import java.net.CookieManager;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

public final class Login {
    private static String portal;
    private static Lab lab;

    public static void main(String[] arguments) throws Exception {
        portal = arguments.length > 0 ? arguments[0] : "http://127.0.0.1:8765";
        lab = new Lab(Files.readString(Path.of(arguments.length > 1 ? arguments[1] : "lab.token")).strip());
        String run = String.valueOf(ProcessHandle.current().pid());

        String name = "java-" + run;
        String password = text("password", lab.call("POST", "users", "{\"name\":\"" + name + "\"}"));
        String phone = text("id", lab.call("POST", "phones", "{\"platform\":\"android\"}"));
        lab.call("POST", "phones/" + phone + "/activate", "{\"user\":\"" + name + "\"}");
        List<Boolean> held = new ArrayList<>();

        Browser right = new Browser(name + "-right");
        right.begin(name, password);
        right.respond(answer(phone, right.challenge()));
        held.add(must("in", right, "the phone's response opens the login"));

        Browser late = new Browser(name + "-late");
        late.begin(name, password);
        String response = answer(phone, late.challenge());
        lab.call("POST", "clock", "{\"advance_ms\":181000}");
        late.respond(response);
        held.add(must("challenge_expired", late, "three minutes and a second are too long"));
        System.out.println("  " + String.join("\n  ", late.story()));

        lab.call("PUT", "phones/" + phone, "{\"policy\":\"approve\"}");
        Browser pushed = new Browser(name + "-pushed");
        pushed.begin(name, password);
        pushed.waitForPhone(10);
        pushed.send("/sso/SecondFactor/continue", Map.of());
        held.add(must("in", pushed, "the phone approves the notification"));

        lab.call("PUT", "faults/push_lost", "{\"user\":\"" + name + "\"}");
        Browser lost = new Browser(name + "-lost");
        lost.begin(name, password);
        boolean struck = lab.call("GET", "faults", null).contains("\"struck\":1");
        lab.call("DELETE", "faults", null);
        lost.respond(answer(phone, lost.challenge()));
        held.add(struck & must("in", lost, "no notification came; the challenge still opens the login"));

        System.exit(held.contains(false) ? 1 : 0);
    }

    /** What the phone answers to a challenge; it needs no network for it. */
    private static String answer(String phone, String challenge) throws Exception {
        return text("response", lab.call("POST", "phones/" + phone + "/respond", "{\"challenge\":\"" + challenge + "\"}"));
    }

    private static boolean must(String outcome, Browser browser, String what) throws Exception {
        String was = browser.isIn() ? "in" : browser.refusal();
        System.out.printf("%-6s %s (%s)%n", was.equals(outcome) ? "ok" : "FAILED", what, was);
        return was.equals(outcome);
    }

    /** The first text of that name in JSON; a project of your own has a library for it. */
    private static String text(String name, String json) {
        return first("\"" + name + "\":\"([^\"]*)\"", json);
    }

    private static String first(String pattern, String in) {
        return Pattern.compile(pattern).matcher(in).results().findFirst().map(found -> found.group(1)).orElse("");
    }

    /** The lab API: time, faults, users, phones, and what happened. */
    private record Lab(String token) {
        private static final HttpClient CLIENT = HttpClient.newHttpClient();

        String call(String method, String path, String json) throws IOException, InterruptedException {
            HttpRequest.BodyPublisher body = json == null
                ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(json);
            HttpRequest request = HttpRequest.newBuilder(URI.create(portal + "/api/lab/v1/" + path))
                .header("Authorization", "Bearer " + token).header("Content-Type", "application/json")
                .method(method, body).build();
            HttpResponse<String> answer = CLIENT.send(request, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() >= 300) {
                throw new IOException(method + " " + path + " was answered with " + answer.statusCode() + ": " + answer.body());
            }
            return answer.body();
        }
    }

    /** A browser without a window: cookies, forms and their tokens. Its label names its requests in the story. */
    private static final class Browser {
        private final HttpClient client = HttpClient.newBuilder()
            .cookieHandler(new CookieManager()).followRedirects(HttpClient.Redirect.NORMAL).build();
        private final String label;
        private String page = "";

        Browser(String label) {
            this.label = label;
        }

        void begin(String name, String password) throws Exception {
            open("/sso/Login");
            send("/sso/Login", Map.of("username", name, "password", password));
        }

        String challenge() throws Exception {
            open("/sso/SecondFactor?with=challenge");
            return first("xyz-goldchallenge\"[^>]*>([0-9]+)<", page);
        }

        void respond(String response) throws Exception {
            send("/sso/SecondFactor", Map.of("gold-response", response));
        }

        /** Ask as the page does, until the phone has decided. */
        void waitForPhone(int seconds) throws Exception {
            String shown = page;
            for (int look = 0; look < 20 * seconds; look++) {
                open("/sso/SecondFactor/state");
                if (text("state", page).equals("approved")) {
                    break;
                }
                Thread.sleep(50);
            }
            page = shown;
        }

        boolean isIn() {
            return page.contains("Client login succeeds");
        }

        /** The name of the refusal, which the story knows and the page need not tell. */
        String refusal() throws Exception {
            return text("why", lab.call("GET", "events?label=" + label, null));
        }

        /** What happened since this browser's first request, at both ends. */
        List<String> story() throws Exception {
            long began = Long.parseLong(first("\"number\":([0-9]+)", lab.call("GET", "events?label=" + label, null)));
            String events = lab.call("GET", "events?after=" + (began - 1), null);
            return Pattern.compile("\"end\":\"(\\w+)\",\"what\":\"([^\"]*)\"").matcher(events).results()
                .map((MatchResult entry) -> entry.group(1) + ": " + entry.group(2)).collect(Collectors.toList());
        }

        private void open(String path) throws Exception {
            page = fetch(HttpRequest.newBuilder(URI.create(portal + path)).GET());
        }

        private void send(String path, Map<String, String> fields) throws Exception {
            StringBuilder form = new StringBuilder("csrf_token=" + encode(first("name=\"csrf_token\" value=\"([^\"]*)\"", page)));
            fields.forEach((name, value) -> form.append('&').append(encode(name)).append('=').append(encode(value)));
            page = fetch(HttpRequest.newBuilder(URI.create(portal + path))
                .header("Content-Type", "application/x-www-form-urlencoded").header("Origin", portal)
                .POST(HttpRequest.BodyPublishers.ofString(form.toString())));
        }

        private String fetch(HttpRequest.Builder request) throws Exception {
            return client.send(request.header("AuthSim-Lab-Label", label).build(), HttpResponse.BodyHandlers.ofString()).body();
        }

        private static String encode(String value) {
            return URLEncoder.encode(value, StandardCharsets.UTF_8);
        }
    }
}
