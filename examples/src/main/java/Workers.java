// Worker processes: what this handler calls may crash its JVM, or fill it, and costs one connection. It makes a PNG of a picture.
// To be run compiled, as the workers load the class too.
import dev.weft.net.*;

public static class Convert implements Handler, Rehearsable {
    static {
        System.setProperty("java.awt.headless", "true");
    }

    @Override
    public void handle(Connection c) throws IOException { convert(c.input(), c.output()); }

    @Override
    public void rehearse() throws IOException {
        var gif = Base64.getDecoder().decode("R0lGODlhAQABAIAAAAUEBAAAACwAAAAAAQABAAACAkQBADs=");
        convert(new ByteArrayInputStream(gif), OutputStream.nullOutputStream());
    }

    static void convert(InputStream in, OutputStream out) throws IOException {
        javax.imageio.ImageIO.write(javax.imageio.ImageIO.read(in), "png", out);
    }
}

void main() throws IOException {
    var how = Concurrency.processes(8).requestsPerChild(100).jvmOptions("-Xmx256m");
    Server.tcp(Integer.getInteger("port", 9999)).concurrency(how).serve(Convert.class);
}
